import { type Guard, guard, type Moment, type Principal, principal } from '@ashlar/core'
import { callback, having, oneOf, optional, readOptions } from '@ashlar/core/options'

import { type FieldOptions, fieldOptions } from './fields.ts'
import { ipv6Prefix, keyReader, type LimitBy, limitBy } from './key.ts'
import { limitName } from './limit-name.ts'
import { addressOf, limitedCheck, principalOf, type Strikes } from './limited-check.ts'
import { Limiter } from './limiter.ts'
import { memoryRateLimits } from './memory/memory-rate-limits.ts'
import type { OptionReaders } from './option-readers.ts'
import { RATE_LIMIT_HINTS } from './peer-words.ts'
import { policies } from './policies.ts'
import type { Policy } from './policy.ts'
import { type CostFunction, costOption, type Settlement } from './settlement.ts'
import { openLedger } from './shared-ledger.ts'
import type { RateLimitStore } from './store.ts'
import { rateLimitStore, STORE_LOSS, type StoreLossOptions, type StoreLossSettings, storeLossOf } from './store-loss.ts'

export interface RateLimitOptions extends StoreLossOptions {
  /** One policy, or several with a name each that a request must satisfy at once. */
  readonly policy: Policy | readonly Policy[]
  /** What requests are counted under. Default `'address'`. `'principal'` and `'api-key'` need an authentication guard before it. */
  readonly by?: LimitBy
  /** Default: a memory store of its own. */
  readonly store?: RateLimitStore
  /** Tells limiters apart in a shared store and in header fields. Default `'default'`. */
  readonly name?: string
  /** What a request costs: a whole number, or a function of the request. Default 1; 0 is always admitted while nothing is owed. */
  readonly cost?: number | CostFunction
  /** Corrects the charge after the response. Default: it stays. */
  readonly settle?: Settlement
  /**
   * Is told of every caller that is refused, so that it can block those that do not stop: `blocklist()`. It is the principal
   * for a limit by principal or API key, otherwise the address.
   */
  readonly blocklist?: Strikes
  /** Which header fields are sent. Default: all. */
  readonly headers?: FieldOptions
  /** Bits of an IPv6 address that count, from 32 to 128. Default 56: what one subscriber usually has. */
  readonly ipv6Prefix?: number
  /** Where the guard can stand at the earliest, for functions that read the route or the body. Default `'head'`. */
  readonly reads?: Moment
}

/** What every kind of limit takes. */
export interface LimitSettings extends StoreLossSettings {
  readonly store: RateLimitStore | undefined
  readonly cost: number | CostFunction
  readonly settle: Settlement | undefined
  readonly blocklist: Strikes | undefined
  readonly headers: Required<FieldOptions>
  readonly ipv6Prefix: number
  readonly reads: Moment
}

export const LIMIT_OPTIONS: OptionReaders<LimitSettings> = {
  ...STORE_LOSS,
  store: optional(rateLimitStore),
  cost: costOption,
  settle: optional(callback<Settlement>()),
  blocklist: optional(having<Strikes>(['strike'], 'blocklist()')),
  headers: fieldOptions,
  ipv6Prefix,
  reads: oneOf(['head', 'route', 'body'], { fallback: 'head' }),
}

/**
 * Admits as many requests as the policy says and refuses the rest with 429.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`, `ERR_RATE_LIMIT_NAME_TAKEN`
 * @example
 * app.use(protect(rateLimit({ policy: tokenBucket({ capacity: 100, refillPerSecond: 10 }) })))
 */
export function rateLimit(
  options: RateLimitOptions & { readonly by: 'principal' | 'api-key' },
): Guard<object, { readonly principal: Principal }>
export function rateLimit(options: RateLimitOptions): Guard
export function rateLimit(options: RateLimitOptions): Guard {
  const where = 'rateLimit()'
  const read = readOptions(
    where,
    options,
    { ...LIMIT_OPTIONS, policy: policies, by: limitBy, name: limitName('default') },
    { hints: RATE_LIMIT_HINTS },
  )
  const { by, name, policy, clock, store = memoryRateLimits({ clock }) } = read
  const ledger = openLedger(store, { name, policies: policy }, storeLossOf(where, store, read))
  const limiter = new Limiter(name, policy, ledger, read.headers, clock)
  const byPrincipal = by === 'principal' || by === 'api-key'
  return guard({
    name: `rate limit ${name}`,
    layer: 'rate-limit',
    reads: read.reads,
    ...(byPrincipal && { needs: { principal } }),
    check: limitedCheck({
      ...read,
      limiterFor: () => limiter,
      keyOf: keyReader(by, read.ipv6Prefix),
      struck: byPrincipal ? principalOf : addressOf,
    }),
  }) as Guard
}
