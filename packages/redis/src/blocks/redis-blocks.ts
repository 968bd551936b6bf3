import { readOptions } from '@ashlar/core/options'
import type { BlockStore } from '@ashlar/ratelimit'

import { commandsOf } from '../commands.ts'
import { fieldsOf } from '../fields.ts'
import { encrypted, type RedisOptions, redisOptions } from '../redis-options.ts'
import { scriptOf } from '../script.ts'

export interface RedisBlocksOptions extends RedisOptions {}

/** Blocks that ended so long ago are deleted; no clock is wrong by as much. */
const KEPT_MS = 3_600_000

/**
 * A blocklist in one Redis hash, read whole by every instance: made for thousands of blocks, not for millions.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`,
 * `ERR_CONNECTION_NOT_ENCRYPTED`
 * @example
 * const blocks = blocklist({ store: redisBlocks({ redis: new Redis() }) })
 */
export function redisBlocks(options: RedisBlocksOptions): BlockStore {
  const settings = encrypted('redisBlocks()', readOptions('redisBlocks()', options, redisOptions))
  const { send, run } = commandsOf(settings.redis)
  const key = `${settings.namespace}:blocks`
  return {
    async put({ target, until }) {
      await send(key, 'hset', key, target, until ?? '')
    },
    async remove(target) {
      await send(key, 'hdel', key, target)
    },
    async load() {
      const entries = [...fieldsOf(await send(key, 'hgetall', key))].map(([target, until]) => ({
        target,
        until: until === '' ? undefined : Number(until),
      }))
      const over = entries.filter(({ until }) => until !== undefined && until < Date.now() - KEPT_MS)
      if (over.length > 0)
        await run(
          DELETE,
          [key],
          over.flatMap(({ target, until }) => [target, String(until)]),
        )
      return entries
    },
  }
}

/** Only as it was read: it may have been blocked anew. KEYS: the hash. ARGV: target, until, target, until … */
const DELETE = scriptOf(`
for index = 1, #ARGV, 2 do
  if redis.call('HGET', KEYS[1], ARGV[index]) == ARGV[index + 1] then redis.call('HDEL', KEYS[1], ARGV[index]) end
end`)
