import type { Awaitable } from '../time/awaitable.ts'

/** A budget for something that is done again and again, such as calls to one upstream. */
export interface Quota {
  readonly name: string
  /** Takes `cost` (a whole number, default 1) from what is left, or nothing when that is less. One atomic step. */
  claim(cost?: number): Awaitable<QuotaClaim>
}

export interface QuotaClaim {
  readonly granted: boolean
  /** What is left after it. */
  readonly remaining: number
  /** Milliseconds until what was not granted could be; 0 when it was. */
  readonly retryAfterMs: number
}
