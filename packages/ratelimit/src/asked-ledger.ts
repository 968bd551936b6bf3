import { type Awaitable, UnavailableError } from '@ashlar/core'
import { ask, isThenable } from '@ashlar/core/time'

import type { Ledger, Standing, Taken } from './store.ts'

const STORE = 'The rate-limit store'

/** A ledger that is not ours: asked with a time limit, and what it answers is read before it counts. */
export class AskedLedger implements Ledger {
  readonly #ledger: Ledger
  readonly #policies: number
  readonly #timeoutMs: number

  /** @param policies how many it decides under */
  constructor(ledger: Ledger, policies: number, timeoutMs: number) {
    this.#ledger = ledger
    this.#policies = policies
    this.#timeoutMs = timeoutMs
  }

  /** @throws UnavailableError at once or through its promise */
  take(key: string, cost: number): Awaitable<Taken> {
    const taken = ask(STORE, this.#timeoutMs, () => this.#ledger.take(key, cost))
    return isThenable(taken) ? taken.then((late) => this.#read(late)) : this.#read(taken)
  }

  /** @throws UnavailableError at once or through its promise */
  adjust(key: string, difference: number): Awaitable<void> {
    return ask(STORE, this.#timeoutMs, () => this.#ledger.adjust(key, difference))
  }

  /** `'f'` for `false` would pass for `true`, and a number that is none for one without end. */
  #read(taken: Taken): Taken {
    if (isTaken(taken) && taken.standings.length === this.#policies) return taken
    throw new UnavailableError(`${STORE} answered what is no decision.`)
  }
}

function isTaken(taken: unknown): taken is Taken {
  if (typeof taken !== 'object' || taken === null) return false
  const { admitted, standings } = taken as Partial<Taken>
  return typeof admitted === 'boolean' && Array.isArray(standings) && standings.every(isStanding)
}

function isStanding(standing: Partial<Standing> | null | undefined): boolean {
  return (
    typeof standing === 'object' &&
    standing !== null &&
    isAmount(standing.remaining) &&
    isAmount(standing.growsInMs) &&
    isAmount(standing.resetInMs) &&
    isAmount(standing.retryInMs)
  )
}

function isAmount(value: unknown): boolean {
  return Number.isFinite(value) && (value as number) >= 0
}
