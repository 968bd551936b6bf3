import { ConfigurationError } from '@ashlar/core'
import { checkOptionNames, numberOption } from '@ashlar/core/options'

/** How much a key may use, and how it comes back. Made by `tokenBucket`, `fixedWindow` and `slidingWindow`. */
export interface Policy {
  readonly kind: 'token-bucket' | 'fixed-window' | 'sliding-window'
  /** What stands in `RateLimit-Policy`. Default: the limiter's name; needed when there are several. */
  readonly name: string | undefined
  /** The most that can be used at once. */
  readonly limit: number
  /** Milliseconds after which all of it is back. */
  readonly windowMs: number
  /** What comes back a second, for a token bucket. */
  readonly refillPerSecond: number
}

/** Milliseconds, or a unit of time. */
export type Duration = number | 'second' | 'minute' | 'hour' | 'day'

export interface TokenBucketOptions {
  /** Tokens of a full bucket: a whole number from 1 to 1e9. */
  readonly capacity: number
  /** Tokens that come back a second: from 1e-9 to 1e6, fractions allowed. */
  readonly refillPerSecond: number
  readonly name?: string
}

export interface WindowOptions {
  /** Requests (or cost) in a window: a whole number from 1 to 1e9. */
  readonly limit: number
  /** The window: milliseconds from 100 to ten years, or a unit. */
  readonly window: Duration
  readonly name?: string
}

const UNITS: Readonly<Record<string, number>> = { second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000 }
const TEN_YEARS_MS = 10 * 365 * 86_400_000
/** Windows are numbered in 32 bits, which is enough for years of them. */
const SHORTEST_MS = 100
const MOST = 1e9

/**
 * A bucket of `capacity` tokens that refills steadily. Over any time `t` at most `capacity + refillPerSecond × t` is
 * admitted. Kept as a generic cell rate algorithm: one number a key.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`
 */
export function tokenBucket(options: TokenBucketOptions): Policy {
  checkOptionNames('tokenBucket()', options, ['capacity', 'refillPerSecond', 'name'])
  const limit = numberOption('tokenBucket()', 'capacity', options.capacity, { min: 1, max: MOST, integer: true })
  const refillPerSecond = numberOption('tokenBucket()', 'refillPerSecond', options.refillPerSecond, {
    min: 1e-9,
    max: 1e6,
  })
  const windowMs = (limit / refillPerSecond) * 1000
  return Object.freeze({
    kind: 'token-bucket',
    name: policyName('tokenBucket()', options.name),
    limit,
    windowMs,
    refillPerSecond,
  })
}

/**
 * `limit` in each window; windows follow each other from the Unix epoch, so that a day ends at midnight UTC. Around a
 * boundary up to twice the limit can come in a short time: see `slidingWindow`.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`
 */
export function fixedWindow(options: WindowOptions): Policy {
  return windowed('fixedWindow()', 'fixed-window', options)
}

/**
 * Never more than `limit` in any window, wherever it begins. Counted in quarters of the window, the oldest of which is
 * counted whole: what was used comes back after one window at the earliest and one and a quarter at the latest.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`
 */
export function slidingWindow(options: WindowOptions): Policy {
  return windowed('slidingWindow()', 'sliding-window', options)
}

function windowed(where: string, kind: 'fixed-window' | 'sliding-window', options: WindowOptions): Policy {
  checkOptionNames(where, options, ['limit', 'window', 'name'])
  const limit = numberOption(where, 'limit', options.limit, { min: 1, max: MOST, integer: true })
  const windowMs = durationOption(where, 'window', options.window)
  return Object.freeze({
    kind,
    name: policyName(where, options.name),
    limit,
    windowMs,
    refillPerSecond: (limit / windowMs) * 1000,
  })
}

function durationOption(where: string, name: string, value: Duration | undefined): number {
  if (typeof value !== 'string')
    return numberOption(where, name, value, { min: SHORTEST_MS, max: TEN_YEARS_MS, integer: true })
  const unit = Object.hasOwn(UNITS, value) ? UNITS[value] : undefined
  if (unit === undefined) {
    throw new ConfigurationError(
      'ERR_OPTION_INVALID',
      `${where}: "${name}" is milliseconds or one of ${Object.keys(UNITS).join(', ')}, not ${JSON.stringify(value)}.`,
    )
  }
  return unit
}

/** Names go into header fields and store keys as they are, so they hold nothing that would need escaping there. */
export function policyName(where: string, name: string | undefined): string | undefined {
  if (name === undefined || (typeof name === 'string' && /^[\w.-]{1,64}$/.test(name))) return name
  throw new ConfigurationError(
    'ERR_OPTION_INVALID',
    `${where}: "name" is 1 to 64 letters, digits, dots, hyphens or underscores, not ${JSON.stringify(name)}.`,
  )
}
