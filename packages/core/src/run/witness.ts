import type { EventName } from '../events/event-name.ts'
import type { Decision } from '../events/events.ts'
import type { AfterResponse } from '../guard/verdict.ts'

/** What judging a guard needs of the exchange that the request is part of. */
export interface Witness {
  /** How long a guard may take, in milliseconds. */
  readonly guardTimeoutMs: number
  record(decision: Decision): void
  announce(name: EventName, decision: Decision): void
  /** Tells the operator of an error whose request was refused. */
  report(error: unknown): void
  /** Calls the hook when the response is over; at once where it is. */
  after(hook: AfterResponse): void
}
