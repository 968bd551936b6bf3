import type { Standing, Taken } from '@ashlar/ratelimit'

interface Denial {
  readonly cost: number
  readonly taken: Taken
  readonly since: number
  readonly until: number
}

const MAX_KEYS = 10_000

/**
 * What the server has just refused, so that a flood on one key does not reach it. A refusal holds for as long as the server
 * said, and for `maxMs` at most, since somebody may give back what was taken.
 */
export class Denials {
  readonly #maxMs: number
  readonly #denials = new Map<string, Denial>()

  constructor(maxMs: number) {
    this.#maxMs = maxMs
  }

  find(key: string, cost: number): Taken | undefined {
    const denial = this.#denials.get(key)
    if (!denial || cost < denial.cost) return undefined
    const now = performance.now()
    if (now < denial.until) return aged(denial.taken, now - denial.since)
    this.#denials.delete(key)
    return undefined
  }

  remember(key: string, cost: number, taken: Taken): void {
    const retryInMs = Math.max(...taken.standings.map((standing) => standing.retryInMs))
    const since = performance.now()
    const until = since + Math.min(retryInMs, this.#maxMs)
    if (this.#denials.size >= MAX_KEYS) this.#denials.delete(this.#denials.keys().next().value!)
    this.#denials.set(key, { cost, taken, since, until })
  }

  forget(key: string): void {
    this.#denials.delete(key)
  }
}

function aged({ standings }: Taken, ms: number): Taken {
  const less = (value: number): number => (value > ms ? value - ms : 0)
  return {
    admitted: false,
    standings: standings.map(
      ({ remaining, growsInMs, resetInMs, retryInMs }): Standing => ({
        remaining,
        growsInMs: less(growsInMs),
        resetInMs: less(resetInMs),
        // What was refused by this policy still is, if only for a moment.
        retryInMs: retryInMs > 0 ? Math.max(less(retryInMs), 0.001) : 0,
      }),
    ),
  }
}
