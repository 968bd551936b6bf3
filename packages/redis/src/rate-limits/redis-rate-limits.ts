import { duration, group, type OptionTable, optional, readOptions, wholeNumber } from '@ashlar/core/options'
import type { Duration } from '@ashlar/core/time'
import type { RateLimitStore } from '@ashlar/ratelimit'
import { openName } from '@ashlar/ratelimit/stores'

import { commandsOf } from '../commands.ts'
import { encrypted, type RedisOptions, redisOptions } from '../redis-options.ts'
import { LeasedLedger, type LeaseOptions } from './leased-ledger.ts'
import { RedisLedger } from './redis-ledger.ts'

export interface RedisRateLimitsOptions extends RedisOptions {
  /** Takes batches and spends them in this process. Default: every decision is the server's. */
  readonly lease?: LeaseOptions
  /** How long a refusal is repeated without asking the server, from `'0ms'` to `'1m'`. Default `'1s'`. */
  readonly denialCache?: Duration
}

/**
 * Rate limits shared through Redis: one round trip a decision, in the server's time.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`,
 * `ERR_CONNECTION_NOT_ENCRYPTED`
 * @example
 * const limit = rateLimit({ policy, store: redisRateLimits({ redis: new Redis() }), instances: 4 })
 */
export function redisRateLimits(options: RedisRateLimitsOptions): RateLimitStore {
  const { redis, lease, denialCache, ...settings } = encrypted(
    'redisRateLimits()',
    readOptions('redisRateLimits()', options, {
      ...redisOptions,
      lease: optional(
        group({
          size: wholeNumber({ min: 2, max: 1e6 }),
          maxAge: duration({ min: '1ms', max: '1m', fallback: '1s' }),
        } satisfies OptionTable<LeaseOptions>),
      ),
      denialCache: duration({ min: '0ms', max: '1m', fallback: '1s' }),
    }),
  )
  const commands = commandsOf(redis)
  const names = new Set<string>()
  return {
    shared: true,
    open(definition) {
      openName(names, definition.name)
      const ledger = new RedisLedger(commands, `${settings.namespace}:rate`, definition, denialCache)
      return lease ? new LeasedLedger(ledger, lease) : ledger
    },
  }
}
