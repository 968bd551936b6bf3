import {
  clock,
  duration,
  having,
  OptionPlace,
  type OptionReader,
  onError,
  oneOf,
  optional,
  wholeNumber,
} from '@ashlar/core/options'
import type { Clock, Duration } from '@ashlar/core/time'

import type { OptionReaders } from './option-readers.ts'
import type { RateLimitStore } from './store.ts'

export interface StoreLossOptions {
  /**
   * While a shared store does not answer: `'closed'` refuses with 503, `'open'` admits everything, `'local'` (the default)
   * keeps the limit in this process's memory, divided by `instances`.
   */
  readonly onStoreLoss?: 'closed' | 'open' | 'local'
  /** How many processes share the store. Required for a shared store with `onStoreLoss: 'local'`. */
  readonly instances?: number
  /** How long a store may take, from `'1ms'` to `'24d'`. Default `'250ms'`. */
  readonly storeTimeout?: Duration
  /** How long a lost store is left alone before it is tried again, from `'1ms'` to `'24d'`. Default `'1s'`. */
  readonly storeRetry?: Duration
  /** Told when the store is lost, with the cause, and of what else no caller learns of. Default: a process warning, once. */
  readonly onError?: (error: unknown) => void
  /** Default: the system's. Header fields and, without a `store`, the memory store go by it as well. */
  readonly clock?: Clock
}

export interface StoreLoss {
  readonly mode: 'closed' | 'open' | 'local'
  readonly instances: number
  readonly timeoutMs: number
  readonly retryMs: number
  readonly clock: Clock
  readonly onError: (error: unknown) => void
}

export interface StoreLossSettings {
  readonly onStoreLoss: 'closed' | 'open' | 'local'
  readonly instances: number | undefined
  readonly storeTimeout: number
  readonly storeRetry: number
  readonly onError: (error: unknown) => void
  readonly clock: Clock
}

export const STORE_LOSS: OptionReaders<StoreLossSettings> = {
  onStoreLoss: oneOf(['closed', 'open', 'local'], { fallback: 'local' }),
  instances: optional(wholeNumber({ min: 1, max: 1e6 })),
  storeTimeout: duration({ fallback: '250ms' }),
  storeRetry: duration({ fallback: '1s' }),
  onError,
  clock,
}

const opens = having<RateLimitStore>(['open'], 'memoryRateLimits()')

export const rateLimitStore: OptionReader<RateLimitStore> = (value, at) => {
  const store = opens(value, at)
  if (typeof store.shared === 'boolean') return store
  throw at.invalid('a store that says whether it is "shared"', value)
}

/** @throws ConfigurationError `ERR_OPTION_MISSING` for a shared store whose local limits nobody can divide */
export function storeLossOf(where: string, store: RateLimitStore, options: StoreLossSettings): StoreLoss {
  const { onStoreLoss: mode, instances, storeTimeout: timeoutMs, storeRetry: retryMs } = options
  if (instances === undefined && store.shared && mode === 'local') {
    throw new OptionPlace(where, 'instances').missing(
      'It is how many processes share the store, which divides the limit while the store is lost.',
    )
  }
  return { mode, instances: instances ?? 1, timeoutMs, retryMs, clock: options.clock, onError: options.onError }
}
