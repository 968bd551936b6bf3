import { ConfigurationError } from '@ashlar/core'
import { callback, having, OptionPlace } from '@ashlar/core/options'

import { secondsUp } from './fields.ts'
import type { Policy } from './policy.ts'
import type { Ledger, RateLimitStore, Standing, Taken } from './store.ts'
import { openName } from './store-name.ts'

/** What a limiter of rate-limiter-flexible answers, or rejects with when a key is over its limit. */
export interface FlexibleResult {
  readonly remainingPoints: number
  readonly msBeforeNext: number
  readonly consumedPoints: number
}

/** The part of a rate-limiter-flexible limiter that is needed. */
export interface FlexibleLimiter {
  consume(key: string, points: number): Promise<FlexibleResult>
  penalty(key: string, points: number): Promise<FlexibleResult>
  reward(key: string, points: number): Promise<FlexibleResult>
  get(key: string): Promise<FlexibleResult | null>
}

/** What a limiter is to be made with. */
export interface FlexibleSettings {
  readonly points: number
  /** Seconds. */
  readonly duration: number
  readonly keyPrefix: string
}

const limiter = having<FlexibleLimiter>(['consume', 'penalty', 'reward', 'get'], 'new RateLimiterRedis(settings)')

/** Its limiters count time in timers of 32 bits; a longer one fires at once and forgets. */
const LONGEST_SECONDS = 2_147_483

/**
 * Any limiter of rate-limiter-flexible as a store for one fixed window: MySQL, MongoDB, Memcached, DynamoDB and what else it
 * supports. A window begins with a key's first request. What a refusal has consumed is given back in a call of its own,
 * so that meanwhile others can be refused as well; more than the limit is never admitted.
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`
 * @example
 * rateLimit({ policy, store: flexibleRateLimits((settings) => new RateLimiterMySQL({ storeClient, ...settings })), instances: 4 })
 */
export function flexibleRateLimits(make: (settings: FlexibleSettings) => FlexibleLimiter): RateLimitStore {
  callback()(make, new OptionPlace('flexibleRateLimits()', 'make'))
  const names = new Set<string>()
  return {
    shared: true,
    open({ name, policies }) {
      const [policy, ...others] = policies
      const duration = secondsUp(policy!.windowMs)
      if (policy!.kind !== 'fixed-window' || others.length > 0) {
        throw new ConfigurationError(
          'ERR_OPTION_INVALID',
          'flexibleRateLimits(): it keeps one fixedWindow() and nothing else.',
        )
      }
      if (policy!.windowMs % 1000 !== 0 || duration > LONGEST_SECONDS) {
        throw new ConfigurationError(
          'ERR_OPTION_INVALID',
          `flexibleRateLimits(): a window is whole seconds, ${LONGEST_SECONDS} at the most.`,
        )
      }
      openName(names, name)
      const made: unknown = make({ points: policy!.limit, duration, keyPrefix: name })
      return new FlexibleLedger(limiter(made, new OptionPlace('flexibleRateLimits()', 'make()')), policy!)
    },
  }
}

class FlexibleLedger implements Ledger {
  readonly #limiter: FlexibleLimiter
  readonly #limit: number

  constructor(limiter: FlexibleLimiter, { limit }: Policy) {
    this.#limiter = limiter
    this.#limit = limit
  }

  async take(key: string, cost: number): Promise<Taken> {
    if (cost === 0) return this.#taken((await this.#limiter.get(key)) ?? undefined, 0, true)
    try {
      return this.#taken(await this.#limiter.consume(key, cost), 0, true)
    } catch (reason) {
      if (!isResult(reason)) throw reason
      // What it refuses from its memory of those that were over (`inMemoryBlockOnConsumed`) has consumed nothing.
      const back = reason.consumedPoints > this.#limit ? cost : 0
      if (back > 0) await this.#limiter.reward(key, back)
      return this.#taken(reason, back, false)
    }
  }

  async adjust(key: string, difference: number): Promise<void> {
    if (difference > 0) {
      await this.#limiter.penalty(key, difference)
      return
    }
    const used = (await this.#limiter.get(key))?.consumedPoints ?? 0
    const given = Math.min(-difference, used)
    if (given === 0) return
    const { consumedPoints } = await this.#limiter.reward(key, given)
    // Others gave back meanwhile: what is below nothing was given twice.
    const twice = Math.min(given, -consumedPoints)
    if (twice > 0) await this.#limiter.penalty(key, twice)
  }

  /** @param back what was consumed in vain and has been given back */
  #taken(result: FlexibleResult | undefined, back: number, admitted: boolean): Taken {
    const used = (result?.consumedPoints ?? 0) - back
    const remaining = Math.max(0, this.#limit - used)
    const rest = used > 0 ? Math.max(result?.msBeforeNext ?? 0, 1) : 0
    const standing: Standing = {
      remaining,
      growsInMs: rest,
      resetInMs: rest,
      retryInMs: admitted ? 0 : Math.max(rest, 1),
    }
    return { admitted, standings: [standing] }
  }
}

function isResult(reason: unknown): reason is FlexibleResult {
  return typeof (reason as Partial<FlexibleResult> | undefined)?.consumedPoints === 'number'
}
