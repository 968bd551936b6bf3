import { ConfigurationError } from '@ashlar/core'
import { checkOptionNames } from '@ashlar/core/options'
import type { BlocklistStore } from '@ashlar/ratelimit'

import { checkNamespace } from '../check-namespace.ts'

/** The part of an ioredis client (a single server's or a cluster's) that is needed. */
export interface HashClient {
  hset(key: string, field: string, value: string): Promise<unknown>
  hdel(key: string, ...fields: string[]): Promise<unknown>
  hgetall(key: string): Promise<Record<string, string>>
}

export interface RedisBlocksOptions {
  readonly redis: HashClient
  /** What the key begins with. Default `ashlar`. */
  readonly namespace?: string
}

/** Blocks that ended so long ago are deleted; no clock is wrong by as much. */
const KEPT_MS = 3_600_000

/**
 * A blocklist in one Redis hash, read whole by every instance: made for thousands of blocks, not for millions.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`
 */
export function redisBlocks(options: RedisBlocksOptions): BlocklistStore {
  checkOptionNames('redisBlocks()', options, ['redis', 'namespace'])
  const { redis, namespace = 'ashlar' } = options
  checkNamespace('redisBlocks()', namespace)
  if (typeof redis?.hgetall !== 'function') {
    throw new ConfigurationError('ERR_OPTION_INVALID', 'redisBlocks(): "redis" is an ioredis client.')
  }
  const key = `${namespace}:blocks`
  return {
    async put({ target, until }) {
      await redis.hset(key, target, until === undefined ? '' : String(until))
    },
    async remove(target) {
      await redis.hdel(key, target)
    },
    async load() {
      const entries = Object.entries(await redis.hgetall(key)).map(([target, until]) => ({
        target,
        until: until === '' ? undefined : Number(until),
      }))
      const over = entries.filter(({ until }) => until !== undefined && until < Date.now() - KEPT_MS)
      if (over.length > 0) await redis.hdel(key, ...over.map(({ target }) => target))
      return entries
    },
  }
}
