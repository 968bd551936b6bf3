import { ConfigurationError, type EventName, publishEvent, UnavailableError } from '@ashlar/core'
import { numberOption } from '@ashlar/core/options'
import { withDeadline } from '@ashlar/core/time'

import { copyTaken } from './copy-taken.ts'
import type { MemoryLedger } from './memory/memory-ledger.ts'
import { memoryRateLimits } from './memory/memory-rate-limits.ts'
import type { Policy } from './policy.ts'
import type { Ledger, LimiterDefinition, RateLimitStore, Taken } from './store.ts'

export interface StoreLossOptions {
  /**
   * While a shared store does not answer: `'closed'` refuses with 503, `'open'` admits everything, `'local'` (the default)
   * keeps the limit in this process's memory, divided by `instances`.
   */
  readonly onStoreLoss?: 'closed' | 'open' | 'local'
  /** How many processes share the store. Required for a shared store with `onStoreLoss: 'local'`. */
  readonly instances?: number
  /** How long a shared store may take, in milliseconds. Default 250. */
  readonly storeTimeoutMs?: number
  /** How long a lost store is left alone before it is tried again, in milliseconds. Default 1000. */
  readonly storeRetryMs?: number
}

export interface StoreLoss {
  readonly mode: 'closed' | 'open' | 'local'
  readonly instances: number
  readonly timeoutMs: number
  readonly retryMs: number
}

/** @throws ConfigurationError `ERR_OPTION_INVALID`, `ERR_OPTION_MISSING` */
export function storeLossOptions(where: string, store: RateLimitStore, options: StoreLossOptions): StoreLoss {
  const mode = options.onStoreLoss ?? 'local'
  if (mode !== 'closed' && mode !== 'open' && mode !== 'local') {
    throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: "onStoreLoss" is 'closed', 'open' or 'local'.`)
  }
  if (typeof store?.open !== 'function') {
    throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: "store" is no rate-limit store.`)
  }
  const needed = store.shared && mode === 'local'
  const timer = { min: 1, max: 2 ** 31 - 1 }
  return {
    mode,
    instances: numberOption(where, 'instances', options.instances, {
      min: 1,
      max: 1e6,
      integer: true,
      ...(needed ? {} : { fallback: 1 }),
    }),
    timeoutMs: numberOption(where, 'storeTimeoutMs', options.storeTimeoutMs, { ...timer, fallback: 250 }),
    retryMs: numberOption(where, 'storeRetryMs', options.storeRetryMs, { ...timer, fallback: 1000 }),
  }
}

/** The limiter's records in the store; those of a shared store with what stands in for it while it is lost. */
export function openLedger(store: RateLimitStore, definition: LimiterDefinition, loss: StoreLoss): Ledger {
  const ledger = store.open(definition)
  return store.shared ? new SharedLedger(definition, ledger, loss) : ledger
}

/**
 * Records in a store that can be lost. The first call that fails or is late marks it lost; then calls are answered here at once,
 * and one in each `retryMs` is also sent to the store, until one succeeds.
 */
class SharedLedger implements Ledger {
  readonly #store: Ledger
  readonly #loss: StoreLoss
  readonly #guard: string
  readonly #local: MemoryLedger | undefined
  readonly #everything: Taken
  #lost = false
  #retryAt = 0

  constructor({ name, policies }: LimiterDefinition, store: Ledger, loss: StoreLoss) {
    this.#store = store
    this.#loss = loss
    this.#guard = `rate limit ${name}`
    this.#local =
      loss.mode === 'local'
        ? memoryRateLimits().open({ name, policies: policies.map((policy) => shareOf(policy, loss.instances)) })
        : undefined
    const standings = policies.map(({ limit }) => ({ remaining: limit, growsInMs: 0, resetInMs: 0, retryInMs: 0 }))
    this.#everything = { admitted: true, standings }
  }

  take(key: string, cost: number): Taken | Promise<Taken> {
    if (!this.#lost) return this.#ask(key, cost)
    if (performance.now() >= this.#retryAt) this.#probe(key, cost)
    return this.#withoutStore(key, cost)
  }

  adjust(key: string, difference: number): void | Promise<void> {
    this.#local?.adjust(key, difference)
    if (this.#lost) return
    const adjusted = Promise.resolve().then(() => this.#store.adjust(key, difference))
    return this.#inTime(adjusted).catch(() => this.#lose())
  }

  #ask(key: string, cost: number): Taken | Promise<Taken> {
    const asked = this.#call(key, cost)
    // A store that leases, or remembers refusals, often knows the answer.
    if (!(asked instanceof Promise)) return this.#warmed(key, cost, asked)
    return this.#inTime(asked).then(
      (taken) => this.#warmed(key, cost, taken),
      () => {
        this.#lose()
        return copyTaken(this.#withoutStore(key, cost))
      },
    )
  }

  /** So that the local record is what it should be on the day it is needed. */
  #warmed(key: string, cost: number, taken: Taken): Taken {
    if (taken.admitted) this.#local?.take(key, cost)
    return taken
  }

  /** Nobody waits for this answer. */
  #probe(key: string, cost: number): void {
    this.#retryAt = performance.now() + this.#loss.retryMs
    this.#inTime(Promise.resolve(this.#call(key, cost))).then(
      () => this.#restore(),
      () => this.#lose(),
    )
  }

  #call(key: string, cost: number): Taken | Promise<Taken> {
    try {
      return this.#store.take(key, cost)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  #inTime<T>(pending: Promise<T>): Promise<T> {
    const error = (): Error => new UnavailableError('The rate-limit store did not answer in time.')
    return withDeadline(pending, this.#loss.timeoutMs, { error })
  }

  #withoutStore(key: string, cost: number): Taken {
    if (this.#loss.mode === 'closed') throw new UnavailableError('The rate-limit store is lost.')
    return this.#local ? this.#local.take(key, cost) : this.#everything
  }

  #lose(): void {
    this.#retryAt = performance.now() + this.#loss.retryMs
    if (this.#lost) return
    this.#lost = true
    this.#announce('rate_limit_store_lost', 'failure', `the store is lost: ${this.#loss.mode}`)
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
