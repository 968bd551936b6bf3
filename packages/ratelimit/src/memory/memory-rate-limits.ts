import { clock as clockOption, listOf, OptionPlace, readOptions, wholeNumber } from '@ashlar/core/options'
import type { Clock } from '@ashlar/core/time'

import { policy } from '../policies.ts'
import type { LimiterDefinition, RateLimitStore } from '../store.ts'
import { openName } from '../store-name.ts'
import { MemoryLedger } from './memory-ledger.ts'

export interface MemoryRateLimitsOptions {
  /**
   * Keys that one limiter remembers at a time, from 1 to 1e8. Default 1 000 000: at most about 40 MB for a token bucket, taken
   * as it is needed. When so many keys are in debt at once, further ones share a record until one of them is free.
   */
  readonly maxRemembered?: number
  /** Default: the system's. */
  readonly clock?: Clock
}

/** A store in this process's memory: synchronous, bounded, without a timer. */
export interface MemoryRateLimits extends RateLimitStore {
  readonly shared: false
  open(limiter: LimiterDefinition): MemoryLedger
}

const policies = listOf(policy)

/**
 * Limits within one process. Give one store to several limits to set its bound or its clock for all of them.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`
 * @example
 * rateLimit({ policy, store: memoryRateLimits({ maxRemembered: 100_000 }) })
 */
export function memoryRateLimits(options: MemoryRateLimitsOptions = {}): MemoryRateLimits {
  const { maxRemembered, clock } = readOptions('memoryRateLimits()', options, {
    maxRemembered: wholeNumber({ min: 1, max: 1e8, fallback: 1_000_000 }),
    clock: clockOption,
  })
  const names = new Set<string>()
  return {
    shared: false,
    open(limiter) {
      const read = policies(limiter.policies, new OptionPlace('open()', 'policies'))
      openName(names, limiter.name)
      return new MemoryLedger(read, maxRemembered, clock)
    },
  }
}
