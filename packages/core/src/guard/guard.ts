import type { RequestView } from '../request/request-view.ts'
import type { Awaitable } from '../time/awaitable.ts'
import type { Layer } from './layer.ts'
import type { Verdict } from './verdict.ts'

/**
 * The earliest point at which a guard can decide.
 * `head`: method, path, address, headers and query. `route`: also the matched route and its parameters.
 * `body`: also the parsed body.
 */
export type Moment = 'head' | 'route' | 'body'

/** A guard reads a request and answers; it never touches the response. `guard({ … })` makes one. */
export interface Guard<Adds extends object = object, Needs extends object = object> {
  /** For people: `'bearer'`, `'permit orders:write'`. Published in events, so it holds nothing secret. */
  readonly name: string
  readonly layer: Layer
  readonly reads: Moment
  /** Names of the state slots that an earlier guard must have added. */
  readonly needs?: readonly (keyof Needs & string)[]
  /** Names of the state slots that it fills when it passes. */
  readonly adds?: readonly string[]
  check(request: RequestView, state: Readonly<Needs>): Awaitable<Verdict<Adds>>
}

/** Any guard, whatever it adds or needs. */
export type AnyGuard = Guard<object, never>
