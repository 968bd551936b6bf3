import type { EventName } from '../events/event-name.ts'
import type { Decision } from '../events/events.ts'
import type { Problem } from '../problem/problem.ts'
import type { Outcome } from './outcome.ts'

/** Called exactly once, when the response has closed; also when the client went away. */
export type AfterResponse = (outcome: Outcome) => void | PromiseLike<void>

/**
 * Called once, right before the status line and headers are written. Returns headers to set, at once.
 * @param elapsedMs since the request's first guard
 */
export type BeforeHeaders = (status: number, elapsedMs: number) => Headers | undefined

/** Header fields to set; a later guard's value replaces an earlier one's. */
export type Headers = Readonly<Record<string, string>>

/** Header fields to add beside those that stand already, such as `Vary` or `Set-Cookie`. */
export type AppendedHeaders = Readonly<Record<string, string | readonly string[]>>

/** What every verdict may carry besides its answer. */
export interface Effects {
  readonly headers?: Headers | undefined
  readonly append?: AppendedHeaders | undefined
  /** Names of header fields that must not go out, such as what the framework says of itself. */
  readonly remove?: readonly string[] | undefined
  readonly beforeHeaders?: BeforeHeaders | undefined
  readonly afterResponse?: AfterResponse | undefined
}

/** What combinators add to the verdict of one of their guards. */
export interface Beside {
  /** What guards before that one want done as well: done first, in this order. */
  readonly also?: readonly Effects[] | undefined
}

/** What is announced of a refusal once no other guard has passed in its place. */
export interface Announcement {
  readonly event: EventName
  readonly decision: Decision
}

/** A refusal by one of several guards, with what waits to be announced of it and of those before it. */
export interface Held {
  readonly held?: readonly Announcement[] | undefined
}

/** What the operator may learn about a verdict. Published, so: fixed texts and names, never input. */
export interface Account {
  readonly reason?: string | undefined
  readonly event?: EventName | undefined
}

export interface Allow<Adds extends object = object> extends Effects, Beside, Account {
  readonly kind: 'allow'
  readonly state?: Adds
}

export interface Deny extends Effects, Beside, Account {
  readonly kind: 'deny'
  readonly problem: Problem
}

/** A complete answer that is no refusal: a preflight, a redirect to the login page. */
export interface Respond extends Effects, Beside, Account {
  readonly kind: 'respond'
  readonly status: number
  readonly body?: string | Uint8Array | undefined
}

export type Verdict<Adds extends object = object> = Allow<Adds> | Deny | Respond

/** The verdict that adds nothing. One object for all, so that passing costs nothing. */
export const ALLOW: Allow<never> = Object.freeze({ kind: 'allow' })

/**
 * Lets the request pass.
 * @param state slots to add, by name
 * @example
 * allow() // ALLOW
 * allow({ tenant: 'acme' }, { headers: { 'X-Tenant': 'acme' } })
 */
export function allow(): Allow<never>
export function allow<Adds extends object>(state: Adds, effects?: Effects & Account): Allow<Adds>
export function allow(state?: object, effects?: Effects & Account): Allow {
  return state ? { kind: 'allow', state, ...effects } : ALLOW
}

/**
 * Refuses the request with an RFC 9457 problem.
 * @example
 * deny(problem('not-permitted'), { reason: 'not the owner' })
 */
export function deny(problem: Problem, effects?: Effects & Account): Deny {
  return { kind: 'deny', problem, ...effects }
}

/**
 * Answers the request completely.
 * @example
 * respond(204, { headers: { 'Access-Control-Max-Age': '600' } })
 * respond(302, { headers: { Location: '/login' } })
 */
export function respond(status: number, effects?: Effects & Account & { readonly body?: Respond['body'] }): Respond {
  return { kind: 'respond', status, ...effects }
}
