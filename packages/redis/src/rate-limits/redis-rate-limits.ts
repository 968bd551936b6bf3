import { checkOptionNames, numberOption } from '@ashlar/core/options'
import { openName, type RateLimitStore } from '@ashlar/ratelimit'

import type { RedisClient } from '../client.ts'
import { commandsOf } from '../commands.ts'
import { namespaceOf } from '../namespace.ts'
import { LeasedLedger, type LeaseOptions } from './leased-ledger.ts'
import { RedisLedger } from './redis-ledger.ts'

export interface RedisRateLimitsOptions {
  readonly redis: RedisClient
  /** What the names of all keys in Redis begin with. Default `ashlar`. */
  readonly namespace?: string
  /** Takes batches and spends them in this process. Default: every decision is the server's. */
  readonly lease?: LeaseOptions
  /** How long a refusal is repeated without asking the server, in milliseconds from 0. Default 1000. */
  readonly denialCacheMs?: number
}

/**
 * Rate limits shared through Redis: one round trip a decision, in the server's time.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`
 * @example
 * const limit = rateLimit({ policy, store: redisRateLimits({ redis: new Redis() }), instances: 4 })
 */
export function redisRateLimits(options: RedisRateLimitsOptions): RateLimitStore {
  const where = 'redisRateLimits()'
  checkOptionNames(where, options, ['redis', 'namespace', 'lease', 'denialCacheMs'])
  const commands = commandsOf(where, options.redis)
  const namespace = namespaceOf(where, options.namespace)
  const denialCacheMs = numberOption(where, 'denialCacheMs', options.denialCacheMs, {
    min: 0,
    max: 60_000,
    fallback: 1000,
  })
  const lease = options.lease && leaseOf(where, options.lease)
  const names = new Set<string>()
  return {
    shared: true,
    open(definition) {
      openName(names, definition.name)
      const ledger = new RedisLedger(commands, `${namespace}:rate`, definition, denialCacheMs)
      return lease ? new LeasedLedger(ledger, lease) : ledger
    },
  }
}

function leaseOf(where: string, lease: LeaseOptions): Required<LeaseOptions> {
  checkOptionNames(`${where} lease`, lease, ['size', 'maxAgeMs'])
  return {
    size: numberOption(`${where} lease`, 'size', lease.size, { min: 2, max: 1e6, integer: true }),
    maxAgeMs: numberOption(`${where} lease`, 'maxAgeMs', lease.maxAgeMs, { min: 1, max: 60_000, fallback: 1000 }),
  }
}
