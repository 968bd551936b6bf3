import { ask, type Duration, isThenable } from '@ashlar/core/time'
import type { Ledger, Standing, Taken } from '@ashlar/ratelimit'
import { copyTaken } from '@ashlar/ratelimit/stores'

import type { Grant, RedisLedger } from './redis-ledger.ts'

export interface LeaseOptions {
  /** The most that this process takes at a time, from 2 to 1e6. */
  readonly size: number
  /** How long it may spend what it took, from `'1ms'` to `'1m'`. Default `'1s'`. */
  readonly maxAge?: Duration
}

interface Lease {
  /** What is left to spend here. */
  left: number
  /** How much to ask for next time. */
  next: number
  expiresAt: number
  standings: readonly Standing[]
  pending: Promise<Grant> | undefined
}

const MAX_KEYS = 10_000
const ANSWER_TIMEOUT_MS = 5000

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] }

/**
 * Takes from the server in batches and spends them here, without a round trip. A batch begins at one request and doubles each
 * time one was spent before its time, up to `size`, so that a key that is rarely used is decided exactly.
 *
 * Everything that is spent has been taken from the limit first. What is spent late is what makes the difference: over any time
 * all processes together admit at most what the policy says and `size` for each process.
 */
export class LeasedLedger implements Ledger {
  readonly #ledger: RedisLedger
  readonly #size: number
  readonly #maxAgeMs: number
  readonly #leases = new Map<string, Lease>()
  readonly #taken: { admitted: boolean; standings: Mutable<Standing>[] } = { admitted: true, standings: [] }

  /** @param lease `maxAge` in milliseconds */
  constructor(ledger: RedisLedger, lease: { readonly size: number; readonly maxAge: number }) {
    this.#ledger = ledger
    this.#size = lease.size
    this.#maxAgeMs = lease.maxAge
  }

  take(key: string, cost: number): Taken | Promise<Taken> {
    const lease = this.#leases.get(key) ?? this.#open(key)
    const inTime = performance.now() < lease.expiresAt
    if (inTime && lease.left >= cost) return this.#spend(lease, cost)
    // What is left over is let go of: it would be spent in another time than it was taken in.
    if (!lease.pending) {
      lease.next = inTime ? Math.min(lease.next * 2, this.#size) : Math.max(1, Math.floor(lease.next / 2))
      if (!inTime) lease.left = 0
    }
    return this.#renew(key, lease, cost)
  }

  /** What is left of a batch goes back with it, so that nothing stale is told afterwards. */
  adjust(key: string, difference: number): Promise<void> {
    const lease = this.#leases.get(key)
    const left = lease && performance.now() < lease.expiresAt ? lease.left : 0
    this.#leases.delete(key)
    return this.#ledger.adjust(key, difference - left)
  }

  /** What is answered through a promise must not change until it is read. */
  #again(key: string, cost: number): Taken | Promise<Taken> {
    const taken = this.take(key, cost)
    return isThenable(taken) ? taken : copyTaken(taken)
  }

  #open(key: string): Lease {
    if (this.#leases.size >= MAX_KEYS) this.#leases.delete(this.#leases.keys().next().value!)
    const lease: Lease = { left: 0, next: 1, expiresAt: 0, standings: [], pending: undefined }
    this.#leases.set(key, lease)
    return lease
  }

  #spend(lease: Lease, cost: number): Taken {
    lease.left -= cost
    const { standings } = this.#taken
    standings.length = lease.standings.length
    for (let index = 0; index < standings.length; index++) {
      const { remaining, growsInMs, resetInMs } = lease.standings[index]!
      const standing = (standings[index] ??= { remaining: 0, growsInMs: 0, resetInMs: 0, retryInMs: 0 })
      standing.remaining = remaining + lease.left
      standing.growsInMs = growsInMs
      standing.resetInMs = resetInMs
    }
    return this.#taken
  }

  #renew(key: string, lease: Lease, cost: number): Taken | Promise<Taken> {
    // Those who come while a batch is on its way wait for it, and then try again.
    if (lease.pending) return lease.pending.then(() => this.#again(key, cost))
    const asked = ask('Redis', ANSWER_TIMEOUT_MS, () => this.#ledger.lease(key, cost, Math.max(cost, lease.next)))
    if (!isThenable(asked)) return asked
    lease.pending = asked
    return asked
      .finally(() => {
        lease.pending = undefined
      })
      .then((grant) => {
        if (!grant.admitted) return grant
        const rest = grant.granted - cost
        lease.left += rest
        lease.expiresAt = performance.now() + this.#maxAgeMs
        lease.standings = grant.standings
        const standings = grant.standings.map((standing) => ({ ...standing, remaining: standing.remaining + rest }))
        return { admitted: true, standings }
      })
  }
}
