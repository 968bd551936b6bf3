import { ConfigurationError, checkOptionNames, numberOption } from '@ashlar/core'
import { openName, type RateLimitStore } from '@ashlar/ratelimit'

import { LeasedLedger, type LeaseOptions } from './leased-ledger.ts'
import { RedisLedger } from './redis-ledger.ts'
import type { ScriptRunner } from './script.ts'

export interface RedisRateLimitOptions {
  /** Keys begin with it. Default `ashlar:rate`. */
  readonly prefix?: string
  /** Takes batches and spends them in this process. Default: every decision is the server's. */
  readonly lease?: LeaseOptions
  /** How long a refusal is repeated without asking the server, in milliseconds from 0. Default 1000. */
  readonly denialCacheMs?: number
}

/**
 * Rate limits shared through Redis 7, by an ioredis client or cluster: one round trip a decision, in the server's time.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`
 */
export function redisRateLimitStore(redis: ScriptRunner, options: RedisRateLimitOptions = {}): RateLimitStore {
  const where = 'redisRateLimitStore()'
  checkOptionNames(where, options, ['prefix', 'lease', 'denialCacheMs'])
  if (typeof redis?.evalsha !== 'function') {
    throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: expected an ioredis client.`)
  }
  const denialCacheMs = numberOption(where, 'denialCacheMs', options.denialCacheMs, {
    min: 0,
    max: 60_000,
    fallback: 1000,
  })
  const prefix = options.prefix ?? 'ashlar:rate'
  if (typeof prefix !== 'string' || !/^[\w:.-]{1,64}$/.test(prefix)) {
    throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: "prefix" is letters, digits, ":", ".", "-" and "_".`)
  }
  const lease = options.lease && leaseOf(where, options.lease)
  const names = new Set<string>()
  return {
    shared: true,
    open(definition) {
      openName(names, definition.name)
      const ledger = new RedisLedger(redis, prefix, definition, denialCacheMs)
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
