import { publishEvent } from '@ashlar/core'
import type { Clock } from '@ashlar/core/time'
import { CircuitState, type IBreaker } from 'cockatiel'

/** What a circuit makes of a call that has ended; `nothing` is neither a success nor a failure. */
export type CallResult = 'success' | 'failure' | 'nothing'

/** A call that was let through: told once how it ended. */
export type Admission = (result: CallResult) => void

export type CircuitStateName = 'closed' | 'open' | 'half-open'

export interface CircuitOptions {
  /** Published in events. */
  readonly guard: string
  readonly strategy: IBreaker
  readonly openMs: number
  readonly probes: number
  readonly clock: Clock
}

interface Closed {
  readonly is: 'closed'
}

interface Open {
  readonly is: 'open'
  until: number
}

interface HalfOpen {
  readonly is: 'half-open'
  /** When each probe that is under way loses its place. */
  readonly underWay: Map<Admission, number>
  succeeded: number
}

/**
 * The state machine. Closed: all calls pass and the strategy counts them. Open: none passes until the time is up. Half-open:
 * so many probes pass; when all of them succeed it closes, when one fails it opens again.
 * A call counts only for the period in which it was let through.
 */
export class Circuit {
  readonly #options: CircuitOptions
  #state: Closed | Open | HalfOpen = { is: 'closed' }
  /** One for all calls of a closed period, so that passing makes nothing. */
  #counted: Admission

  constructor(options: CircuitOptions) {
    this.#options = options
    this.#counted = this.#counting()
  }

  /** What the next call would find. */
  get state(): CircuitStateName {
    this.#turn()
    return this.#state.is
  }

  /** Milliseconds until an open circuit lets a probe through; 0 when it is not open. */
  get opensInMs(): number {
    return this.#state.is === 'open' ? Math.max(0, this.#state.until - this.#options.clock.now()) : 0
  }

  /** How to report the end of the call that is let through, or `undefined` when it is not. */
  admit(): Admission | undefined {
    if (this.#state.is === 'closed') return this.#counted
    this.#turn()
    return this.#state.is === 'half-open' ? this.#probe(this.#state) : undefined
  }

  /** From open to half-open, when the time is up. */
  #turn(): void {
    const state = this.#state
    if (state.is !== 'open') return
    const now = this.#options.clock.now()
    // A clock that was set back must not hold the circuit open for longer.
    state.until = Math.min(state.until, now + this.#options.openMs)
    if (now >= state.until) this.#state = { is: 'half-open', underWay: new Map(), succeeded: 0 }
  }

  #counting(): Admission {
    const period = this.#state
    return (result) => {
      if (this.#state !== period || result === 'nothing') return
      const { strategy } = this.#options
      if (result === 'success') strategy.success(CircuitState.Closed)
      else if (strategy.failure(CircuitState.Closed)) this.#open('too many failures')
    }
  }

  #probe(period: HalfOpen): Admission | undefined {
    const { openMs, probes, clock } = this.#options
    const now = clock.now()
    for (const [probe, until] of period.underWay) {
      if (now >= until) period.underWay.delete(probe)
      else period.underWay.set(probe, Math.min(until, now + openMs))
    }
    if (period.succeeded + period.underWay.size >= probes) return undefined
    const probe: Admission = (result) => {
      // A probe that lost its place, or whose period is over, decides nothing any more.
      if (!period.underWay.delete(probe) || this.#state !== period) return
      if (result === 'failure') {
        this.#options.strategy.failure(CircuitState.HalfOpen)
        this.#open('a probe failed')
      } else if (result === 'success' && ++period.succeeded === probes) {
        this.#options.strategy.success(CircuitState.HalfOpen)
        this.#close()
      }
    }
    period.underWay.set(probe, now + openMs)
    return probe
  }

  #open(reason: string): void {
    const { openMs, clock, guard } = this.#options
    this.#state = { is: 'open', until: clock.now() + openMs }
    publishEvent({ name: 'breaker_opened', by: guard, outcome: 'failure', reason })
  }

  #close(): void {
    this.#state = { is: 'closed' }
    this.#counted = this.#counting()
    const { guard: by } = this.#options
    publishEvent({ name: 'breaker_closed', by, outcome: 'success', reason: 'the probes succeeded' })
  }
}
