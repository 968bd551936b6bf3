import { type Awaitable, type EventName, publishEvent } from '@ashlar/core'
import { having, OptionPlace } from '@ashlar/core/options'
import { isThenable } from '@ashlar/core/time'

import { AskedLedger } from './asked-ledger.ts'
import { copyTaken } from './copy-taken.ts'
import { lost } from './lost.ts'
import { MemoryLedger } from './memory/memory-ledger.ts'
import type { Policy } from './policy.ts'
import type { Ledger, LimiterDefinition, RateLimitStore, Taken } from './store.ts'
import type { StoreLoss } from './store-loss.ts'

/** The records of a limiter, as it asks for them. */
export interface LimiterLedger {
  /** `undefined` where nothing can be decided, since the store is lost and the app chose `'closed'`. */
  take(key: string, cost: number): Awaitable<Taken | undefined>
  adjust(key: string, difference: number): Awaitable<void>
}

const ledgerOf = having<Ledger>(['take', 'adjust'])

/** The limiter's records in the store; those of a shared store with what stands in for it while it is lost. */
export function openLedger(store: RateLimitStore, definition: LimiterDefinition, loss: StoreLoss): LimiterLedger {
  const ledger = ledgerOf(store.open(definition), new OptionPlace('RateLimitStore', 'open()'))
  // Ours is what it says, and there is nothing to wait for.
  if (!store.shared && ledger instanceof MemoryLedger) return ledger
  const asked = new AskedLedger(ledger, definition.policies.length, loss.timeoutMs)
  return store.shared ? new SharedLedger(definition, asked, loss) : asked
}

/** Keys that this process remembers in case the store is lost. */
const MAX_LOCAL_KEYS = 1_000_000

/**
 * Records in a store that can be lost. The first call that fails or is late marks it lost; then calls are answered here at once,
 * and one in each `retryMs` is also sent to the store, until one succeeds.
 */
class SharedLedger implements LimiterLedger {
  readonly #store: AskedLedger
  readonly #loss: StoreLoss
  readonly #guard: string
  readonly #local: MemoryLedger | undefined = undefined
  readonly #everything: Taken
  #lost = false
  #retryAt = 0

  constructor({ name, policies }: LimiterDefinition, store: AskedLedger, loss: StoreLoss) {
    this.#store = store
    this.#loss = loss
    this.#guard = `rate limit ${name}`
    if (loss.mode === 'local') {
      const shares = policies.map((policy) => shareOf(policy, loss.instances))
      this.#local = new MemoryLedger(shares, MAX_LOCAL_KEYS, loss.clock)
    }
    const standings = policies.map(({ limit }) => ({ remaining: limit, growsInMs: 0, resetInMs: 0, retryInMs: 0 }))
    this.#everything = { admitted: true, standings }
  }

  take(key: string, cost: number): Awaitable<Taken | undefined> {
    if (!this.#lost) return this.#ask(key, cost)
    if (this.#isDue()) this.#probe(key, cost)
    return this.#withoutStore(key, cost)
  }

  adjust(key: string, difference: number): Awaitable<void> {
    this.#local?.adjust(key, difference)
    if (this.#lost) return
    try {
      const adjusted = this.#store.adjust(key, difference)
      if (isThenable(adjusted)) return adjusted.then(undefined, (error) => this.#lose(error))
    } catch (error) {
      this.#lose(error)
    }
  }

  #ask(key: string, cost: number): Awaitable<Taken | undefined> {
    try {
      const asked = this.#store.take(key, cost)
      // A store that leases, or remembers refusals, often knows the answer.
      if (!isThenable(asked)) return this.#warmed(key, cost, asked)
      return asked.then(
        (taken) => this.#warmed(key, cost, taken),
        (error) => {
          this.#lose(error)
          const instead = this.#withoutStore(key, cost)
          return instead && copyTaken(instead)
        },
      )
    } catch (error) {
      this.#lose(error)
      return this.#withoutStore(key, cost)
    }
  }

  /** So that the local record is what it should be on the day it is needed. */
  #warmed(key: string, cost: number, taken: Taken): Taken {
    if (taken.admitted) this.#local?.take(key, cost)
    return taken
  }

  /** A clock that is set back does not put the next try off. */
  #isDue(): boolean {
    const leftMs = this.#retryAt - this.#loss.clock.now()
    return leftMs <= 0 || leftMs > this.#loss.retryMs
  }

  /** Nobody waits for this answer. */
  #probe(key: string, cost: number): void {
    this.#retryLater()
    try {
      const asked = this.#store.take(key, cost)
      if (isThenable(asked)) {
        asked.then(
          () => this.#restore(),
          (error) => this.#lose(error),
        )
      } else {
        this.#restore()
      }
    } catch (error) {
      this.#lose(error)
    }
  }

  #withoutStore(key: string, cost: number): Taken | undefined {
    if (this.#loss.mode === 'closed') return undefined
    return this.#local ? this.#local.take(key, cost) : this.#everything
  }

  #retryLater(): void {
    this.#retryAt = this.#loss.clock.now() + this.#loss.retryMs
  }

  #lose(error: unknown): void {
    this.#retryLater()
    if (this.#lost) return
    this.#lost = true
    this.#announce('rate_limit_store_lost', 'failure', `the store is lost: ${this.#loss.mode}`)
    this.#loss.onError(lost(`The store of ${this.#guard} is lost (meanwhile: ${this.#loss.mode})`, error))
  }

  #restore(): void {
    if (!this.#lost) return
    this.#lost = false
    this.#announce('rate_limit_store_restored', 'success', 'the store answers again')
  }

  #announce(name: EventName, outcome: 'success' | 'failure', reason: string): void {
    publishEvent({ name, by: this.#guard, outcome, reason })
  }
}

/** One instance's part of a policy: at least one. */
function shareOf(policy: Policy, instances: number): Policy {
  const limit = Math.max(1, Math.floor(policy.limit / instances))
  return { ...policy, limit, refillPerSecond: policy.refillPerSecond / instances }
}
