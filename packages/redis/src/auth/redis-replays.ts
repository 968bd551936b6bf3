import { checkOptionNames } from '@ashlar/core/options'
import type { ReplayStore } from '@ashlar/core/stores'

import type { RedisClient } from '../client.ts'
import { commandsOf } from '../commands.ts'
import { namespaceOf } from '../namespace.ts'

export interface RedisReplaysOptions {
  readonly redis: RedisClient
  /** What the names of all keys in Redis begin with. Default `ashlar`. */
  readonly namespace?: string
}

/**
 * What may be used once, on Redis: one SET NX a claim. Redis must evict nothing (`maxmemory-policy noeviction`), or what was
 * evicted can be used again.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`
 * @example
 * const proof = dpop({ origin: 'https://api.example.com', replays: redisReplays({ redis: new Redis() }) })
 */
export function redisReplays(options: RedisReplaysOptions): ReplayStore {
  const where = 'redisReplays()'
  checkOptionNames(where, options, ['redis', 'namespace'])
  const { send } = commandsOf(where, options.redis)
  const namespace = namespaceOf(where, options.namespace)
  return {
    async claim(name, until) {
      const key = `${namespace}:once:${name}`
      const life = Math.ceil(until - Date.now())
      if (!(life > 0)) return false
      return (await send(key, 'set', key, '1', 'PX', life, 'NX')) === 'OK'
    },
  }
}
