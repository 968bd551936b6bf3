import type { Revocation, RevocationStore } from '@ashlar/auth'
import { ConfigurationError } from '@ashlar/core'
import { checkOptionNames, numberOption } from '@ashlar/core/options'
import type { Redis } from 'ioredis'

export interface RedisRevocationsOptions {
  readonly redis: Redis
  /** What the names of all keys in Redis begin with. Default `ashlar`. */
  readonly namespace?: string
  /** How long revocations are kept: at least as long as the longest token lives. Seconds. Default 172 800. */
  readonly retentionSeconds?: number
}

const BATCH = 1000

/**
 * Revocations on Redis: a stream, which every process reads from where it was, and a channel that tells it to look. Redis
 * must be durable (`appendonly yes`), or what was revoked is good again for processes that start after a crash.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`
 */
export function redisRevocations(options: RedisRevocationsOptions): RevocationStore {
  const where = 'redisRevocations()'
  checkOptionNames(where, options, ['redis', 'namespace', 'retentionSeconds'])
  const { redis, namespace = 'ashlar' } = options
  const retentionMs =
    1000 *
    numberOption(where, 'retentionSeconds', options.retentionSeconds, { min: 60, max: 31_536_000, fallback: 172_800 })
  const stream = `${namespace}:{revocations}`

  return {
    async add(revocation) {
      const now = Date.now()
      if (revocation.until > now + retentionMs) {
        throw new ConfigurationError(
          'ERR_OPTION_INVALID',
          `${where}: a revocation must be kept longer than "retentionSeconds" (${retentionMs / 1000}). Raise it.`,
        )
      }
      const results = await redis
        .multi()
        .xadd(stream, 'MINID', '~', String(now - retentionMs), '*', 'r', JSON.stringify(revocation))
        .publish(stream, '')
        .exec()
      const failure = results?.find(([error]) => error)?.[0]
      if (!results || failure) throw failure ?? new Error('Redis did not carry it out.')
    },
    async since(cursor) {
      const revocations: Revocation[] = []
      const now = Date.now()
      let last = cursor ?? '0-0'
      for (;;) {
        const entries = await redis.xrange(stream, `(${last}`, '+', 'COUNT', BATCH)
        for (const [id, [, text]] of entries) {
          last = id
          const revocation = JSON.parse(text!) as Revocation
          if (revocation.until > now) revocations.push(revocation)
        }
        if (entries.length < BATCH) return { revocations, cursor: last }
      }
    },
    watch(changed) {
      const subscriber = redis.duplicate({ lazyConnect: false })
      // A connection that is lost comes back by itself; until then the bound on staleness holds.
      subscriber.on('error', () => undefined)
      subscriber.on('ready', changed)
      subscriber.on('message', changed)
      subscriber.subscribe(stream).catch(() => undefined)
      return () => subscriber.disconnect()
    },
  }
}
