import type { RequestView } from '../request/request-view.ts'
import type { Awaitable } from '../time/awaitable.ts'
import type { Verdict } from './verdict.ts'

/** In which manner a guard is asked. */
export interface Manner {
  /** What it refuses is not refused: a shadowed guard only says what it would do. */
  readonly shadow: boolean
  /** Another may pass in its place, so what is to be announced of its refusal waits for the others. */
  readonly tried: boolean
  /** When its answer must be there, as `performance.now()` tells the time. Default: when its own time is up. */
  readonly until?: number | undefined
}

export const ENFORCED: Manner = Object.freeze({ shadow: false, tried: false })
export const SHADOW: Manner = Object.freeze({ shadow: true, tried: false })
const TRIED: Manner = Object.freeze({ shadow: false, tried: true })
const TRIED_IN_SHADOW: Manner = Object.freeze({ shadow: true, tried: true })

/** How a combinator asks its guards, in the manner in which it was asked itself. */
export type Ask = (request: RequestView, state: object, manner: Manner) => Awaitable<Verdict>

/** The manner in which each of several is asked, of which one has to pass. */
export function trying(manner: Manner): Manner {
  if (manner.until !== undefined) return { ...manner, tried: true }
  return manner.shadow ? TRIED_IN_SHADOW : TRIED
}
