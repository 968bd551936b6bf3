import { readOptions } from '@ashlar/core/options'
import type { ReplayStore } from '@ashlar/core/stores'

import { commandsOf } from '../commands.ts'
import { encrypted, type RedisOptions, redisOptions } from '../redis-options.ts'

export interface RedisReplaysOptions extends RedisOptions {}

/**
 * What may be used once, on Redis: one SET NX a claim. Redis must evict nothing (`maxmemory-policy noeviction`), or what was
 * evicted can be used again.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`,
 * `ERR_CONNECTION_NOT_ENCRYPTED`
 * @example
 * const proof = dpop({ origin: 'https://api.example.com', replays: redisReplays({ redis: new Redis() }) })
 */
export function redisReplays(options: RedisReplaysOptions): ReplayStore {
  const settings = encrypted('redisReplays()', readOptions('redisReplays()', options, redisOptions))
  const { send } = commandsOf(settings.redis)
  return {
    async claim(name, until) {
      const key = `${settings.namespace}:once:${name}`
      const life = Math.ceil(until - Date.now())
      if (!(life > 0)) return false
      return (await send(key, 'set', key, '1', 'PX', life, 'NX')) === 'OK'
    },
  }
}
