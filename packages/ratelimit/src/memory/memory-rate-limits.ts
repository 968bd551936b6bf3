import { checkOptionNames, numberOption } from '@ashlar/core/options'
import { type Clock, systemClock } from '@ashlar/core/time'

import type { LimiterDefinition, RateLimitStore } from '../store.ts'
import { openName } from '../store-name.ts'
import { MemoryLedger } from './memory-ledger.ts'

export interface MemoryRateLimitsOptions {
  /**
   * Keys that one limiter remembers at a time. Default 1 000 000: at most about 40 MB for a token bucket, taken as it is needed.
   * When so many keys are in debt at once, further ones share a record until one of them is free.
   */
  readonly maxKeys?: number
  /** Default: the system's. */
  readonly clock?: Clock
}

/** A store in this process's memory: synchronous, bounded, without a timer. */
export interface MemoryRateLimits extends RateLimitStore {
  readonly shared: false
  open(limiter: LimiterDefinition): MemoryLedger
}

/** @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID` */
export function memoryRateLimits(options: MemoryRateLimitsOptions = {}): MemoryRateLimits {
  checkOptionNames('memoryRateLimits()', options, ['maxKeys', 'clock'])
  const maxKeys = numberOption('memoryRateLimits()', 'maxKeys', options.maxKeys, {
    min: 1,
    max: 1e8,
    integer: true,
    fallback: 1_000_000,
  })
  const names = new Set<string>()
  return {
    shared: false,
    open({ name, policies }) {
      openName(names, name)
      return new MemoryLedger(policies, maxKeys, options.clock ?? systemClock)
    },
  }
}
