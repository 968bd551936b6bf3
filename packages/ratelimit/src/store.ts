import type { Awaitable } from '@ashlar/core'

import type { Policy } from './policy.ts'

/** What a limiter asks a store to keep: records under a name, each under all the policies at once. */
export interface LimiterDefinition {
  /** Distinguishes the limiters that share a store. Letters, digits, `.`, `-`, `_` and `:`. */
  readonly name: string
  readonly policies: readonly Policy[]
}

/** Where limits are kept. */
export interface RateLimitStore {
  /**
   * Whether other processes see the same records, so that a call can fail and is worth a fall-back.
   * A store that is not shared answers synchronously.
   */
  readonly shared: boolean
  /**
   * Called once by each limiter, at start-up.
   * @throws ConfigurationError `ERR_RATE_LIMIT_NAME_TAKEN` for a name that this store object has opened before
   */
  open(limiter: LimiterDefinition): Ledger
}

/** The records of one limiter. */
export interface Ledger {
  /**
   * Takes `cost` (a whole number, 0 or more) from every policy, or from none when one of them has not enough left.
   * One atomic step, also between processes.
   * @returns what stands then. What is answered at once may be used again at the next call; what a promise answers may not.
   */
  take(key: string, cost: number): Awaitable<Taken>
  /** Corrects what was taken: a negative `difference` gives back, at most to nothing used. Never refuses. */
  adjust(key: string, difference: number): Awaitable<void>
}

export interface Taken {
  readonly admitted: boolean
  /** One for each policy, in order. */
  readonly standings: readonly Standing[]
}

/** Where a key stands under one policy, after the decision. */
export interface Standing {
  /** What could be taken now: a whole number, 0 or more. */
  readonly remaining: number
  /** Milliseconds until `remaining` grows; 0 when nothing is used. */
  readonly growsInMs: number
  /** Milliseconds until nothing is used. */
  readonly resetInMs: number
  /** Milliseconds until what was refused could be taken; 0 when this policy would have admitted it. */
  readonly retryInMs: number
}
