import {
  duration,
  number,
  type OptionPlace,
  type OptionReader,
  optional,
  readOptions,
  wholeNumber,
} from '@ashlar/core/options'
import type { Duration } from '@ashlar/core/time'

import { limitName } from './limit-name.ts'
import { POLICY_HINTS } from './peer-words.ts'

/** How much a key may use, and how it comes back. Made by `tokenBucket`, `fixedWindow` and `slidingWindow`. */
export interface Policy {
  readonly kind: 'token-bucket' | 'fixed-window' | 'sliding-window'
  /** What stands in `RateLimit-Policy`. Default: the limiter's name; needed when there are several. */
  readonly name: string | undefined
  /** The most that can be used at once. */
  readonly limit: number
  /** Milliseconds after which all of it is back. */
  readonly windowMs: number
  /** What comes back a second. */
  readonly refillPerSecond: number
}

export interface TokenBucketOptions {
  /** Tokens of a full bucket: a whole number from 1 to 1e9. */
  readonly capacity: number
  /** Tokens that come back a second: from 1e-9 to 1e6, fractions allowed. */
  readonly refillPerSecond: number
  /** What stands in `RateLimit-Policy`. Default: the limiter's name; needed when there are several policies. */
  readonly name?: string
}

export interface WindowOptions {
  /** Requests (or cost) in a window: a whole number from 1 to 1e9. */
  readonly limit: number
  /** From `'100ms'` to `'3650d'`, in whole milliseconds. */
  readonly window: Duration
  /** What stands in `RateLimit-Policy`. Default: the limiter's name; needed when there are several policies. */
  readonly name?: string
}

/** Windows are numbered in 32 bits, which is enough for years of them. */
const SHORTEST_MS = 100
const LONGEST_MS = 3650 * 86_400_000

export const LIMIT: OptionReader<number> = wholeNumber({ min: 1, max: 1e9 })
export const REFILL: OptionReader<number> = number({ min: 1e-9, max: 1e6 })
export const WINDOW_MS: OptionReader<number> = wholeNumber({ min: SHORTEST_MS, max: LONGEST_MS })

const windowLength = duration({ min: '100ms', max: '3650d' })

/**
 * A bucket of `capacity` tokens that refills steadily. Over any time `t` at most `capacity + refillPerSecond × t` is
 * admitted. Kept as a generic cell rate algorithm: one number a key.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`
 * @example
 * // A burst of 100, then 10 a second.
 * rateLimit({ policy: tokenBucket({ capacity: 100, refillPerSecond: 10 }) })
 */
export function tokenBucket(options: TokenBucketOptions): Policy {
  const { capacity, refillPerSecond, name } = readOptions(
    'tokenBucket()',
    options,
    { capacity: LIMIT, refillPerSecond: REFILL, name: optional(limitName()) },
    { hints: POLICY_HINTS },
  )
  return bucketPolicy(capacity, refillPerSecond, name)
}

/**
 * `limit` in each window; windows follow each other from the Unix epoch, so that a day ends at midnight UTC. Around a
 * boundary up to twice the limit can come in a short time: see `slidingWindow`.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`
 * @example
 * quota({ name: 'etsy', policy: fixedWindow({ limit: 10_000, window: '1d' }) })
 */
export function fixedWindow(options: WindowOptions): Policy {
  return windowed('fixedWindow()', 'fixed-window', options)
}

/**
 * Never more than `limit` in any window, wherever it begins. Counted in quarters of the window, the oldest of which is
 * counted whole: what was used comes back after one window at the earliest and one and a quarter at the latest.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`
 * @example
 * rateLimit({ name: 'login', policy: slidingWindow({ limit: 5, window: '15m' }), settle: chargeFailures })
 */
export function slidingWindow(options: WindowOptions): Policy {
  return windowed('slidingWindow()', 'sliding-window', options)
}

function windowed(where: string, kind: 'fixed-window' | 'sliding-window', options: WindowOptions): Policy {
  const { limit, window, name } = readOptions(
    where,
    options,
    {
      limit: LIMIT,
      window(value: unknown, at: OptionPlace) {
        const ms = windowLength(value, at)
        if (Number.isInteger(ms)) return ms
        throw at.invalid(`whole milliseconds, not ${ms}`)
      },
      name: optional(limitName()),
    },
    { hints: POLICY_HINTS },
  )
  return windowPolicy(kind, limit, window, name)
}

export function bucketPolicy(limit: number, refillPerSecond: number, name: string | undefined): Policy {
  return Object.freeze({
    kind: 'token-bucket',
    name,
    limit,
    windowMs: (limit / refillPerSecond) * 1000,
    refillPerSecond,
  })
}

export function windowPolicy(
  kind: 'fixed-window' | 'sliding-window',
  limit: number,
  windowMs: number,
  name: string | undefined,
): Policy {
  return Object.freeze({ kind, name, limit, windowMs, refillPerSecond: (limit / windowMs) * 1000 })
}
