import { checkOptionNames } from '@ashlar/core/options'
import type { ReplayStore } from '@ashlar/core/stores'
import type { Redis } from 'ioredis'

export interface RedisReplaysOptions {
  readonly redis: Redis
  /** What the names of all keys in Redis begin with. Default `ashlar`. */
  readonly namespace?: string
}

/**
 * What may be used once, on Redis: one SET NX a claim. Redis must evict nothing (`maxmemory-policy noeviction`), or what was
 * evicted can be used again.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`
 */
export function redisReplays(options: RedisReplaysOptions): ReplayStore {
  checkOptionNames('redisReplays()', options, ['redis', 'namespace'])
  const { redis, namespace = 'ashlar' } = options
  return {
    async claim(name, until) {
      const life = Math.ceil(until - Date.now())
      if (!(life > 0)) return false
      return (await redis.set(`${namespace}:once:${name}`, '1', 'PX', life, 'NX')) === 'OK'
    },
  }
}
