import type { Revocation, RevocationStore } from '@ashlar/auth'
import { ConfigurationError } from '@ashlar/core'
import { duration, readOptions } from '@ashlar/core/options'
import { type Closeable, closeable, type Duration, durationText } from '@ashlar/core/time'

import { commandsOf } from '../commands.ts'
import { encrypted, type RedisOptions, redisOptions } from '../redis-options.ts'
import { scriptOf } from '../script.ts'
import { subscriptions } from '../subscriptions.ts'

export interface RedisRevocationsOptions extends RedisOptions {
  /** How long revocations are kept, from `'1m'` to `'365d'`: at least as long as the longest token lives. Default `'2d'`. */
  readonly retention?: Duration
}

const BATCH = 1000

/**
 * Revocations on Redis: a stream, which every process reads from where it was, and a channel that tells it to look. Redis
 * must be durable (`appendonly yes`), or what was revoked is good again for processes that start after a crash.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`,
 * `ERR_CONNECTION_NOT_ENCRYPTED`
 * @example
 * const revoked = revocations({ store: redisRevocations({ redis: new Redis() }) })
 */
export function redisRevocations(options: RedisRevocationsOptions): RevocationStore & Closeable {
  const where = 'redisRevocations()'
  const { redis, retention, ...settings } = encrypted(
    where,
    readOptions(where, options, {
      ...redisOptions,
      retention: duration({ min: '1m', max: '365d', fallback: '2d' }),
    }),
  )
  const { send, run } = commandsOf(redis)
  const stream = `${settings.namespace}:{revocations}`
  const channel = subscriptions(redis, stream)

  return {
    async add(revocation) {
      const now = Date.now()
      if (revocation.until > now + retention) {
        throw new ConfigurationError(
          'ERR_OPTION_INVALID',
          `${where}: a revocation must be kept longer than "retention" (${durationText(retention)}). Raise it.`,
          { where, option: 'retention' },
        )
      }
      await run(ADD, [stream], [now - retention, JSON.stringify(revocation), stream])
    },
    async since(cursor) {
      const revocations: Revocation[] = []
      const now = Date.now()
      let last = cursor ?? '0-0'
      for (;;) {
        const entries = (await send(stream, 'xrange', stream, `(${last}`, '+', 'COUNT', BATCH)) as Entry[]
        for (const [id, [, text]] of entries) {
          last = id
          const revocation = JSON.parse(text) as Revocation
          if (revocation.until > now) revocations.push(revocation)
        }
        if (entries.length < BATCH) return { revocations, cursor: last }
      }
    },
    ...(channel && { watch: channel.watch }),
    ...closeable(() => channel?.close()),
  }
}

type Entry = readonly [id: string, fields: readonly [name: string, value: string]]

/** KEYS: stream. ARGV: the oldest that is kept, the revocation, the channel's name, which is the stream's as the app knows it. */
const ADD = scriptOf(`
redis.call('XADD', KEYS[1], 'MINID', '~', ARGV[1], '*', 'r', ARGV[2])
redis.call('PUBLISH', ARGV[3], '')`)
