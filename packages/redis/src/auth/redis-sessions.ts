import type { SessionRecord, SessionStore } from '@ashlar/auth'
import { readOptions } from '@ashlar/core/options'

import { commandsOf } from '../commands.ts'
import { fieldsOf } from '../fields.ts'
import { encrypted, type RedisOptions, redisOptions } from '../redis-options.ts'
import { scriptOf } from '../script.ts'

export interface RedisSessionsOptions extends RedisOptions {}

/**
 * Sessions on Redis, which forgets them by itself when they are over. A look-up is one HGETALL. All names share a hash tag, so
 * that they are on one node of a cluster.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`,
 * `ERR_CONNECTION_NOT_ENCRYPTED`
 * @example
 * const keeper = sessions({ keyRing: [{ id: '2026-08', secret }], store: redisSessions({ redis: new Redis() }) })
 */
export function redisSessions(options: RedisSessionsOptions): SessionStore {
  const settings = encrypted('redisSessions()', readOptions('redisSessions()', options, redisOptions))
  const { send, run } = commandsOf(settings.redis)
  const base = `${settings.namespace}:{sessions}`
  const keyOf = (hash: string): string => `${base}:session:${hash}`
  const subjectOf = (subject: string): string => `${base}:subject:${subject}`
  return {
    async insert(hash, record, until) {
      const { seenAt, expiresAt } = record
      const times = [seenAt, Math.ceil(until), Math.ceil(expiresAt), Date.now()]
      await run(INSERT, [keyOf(hash), subjectOf(record.subject)], [hash, JSON.stringify(record), ...times])
    },
    async find(hash) {
      const fields = fieldsOf(await send(keyOf(hash), 'hgetall', keyOf(hash)))
      const record = fields.get('record')
      if (record === undefined) return undefined
      return { ...(JSON.parse(record) as SessionRecord), seenAt: Number(fields.get('seenAt')) }
    },
    async touch(hash, seenAt, until) {
      await run(TOUCH, [keyOf(hash)], [seenAt, Math.ceil(until)])
    },
    async remove(hash) {
      await send(keyOf(hash), 'del', keyOf(hash))
    },
    async removeSubject(subject) {
      await run(REMOVE_SUBJECT, [subjectOf(subject), keyOf('')], [])
    },
  }
}

/** KEYS: session, its subject. ARGV: hash, record, seen at, until, the session's end, now. */
const INSERT = scriptOf(`
redis.call('HSET', KEYS[1], 'record', ARGV[2], 'seenAt', ARGV[3])
redis.call('PEXPIREAT', KEYS[1], ARGV[4])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[6])
redis.call('ZADD', KEYS[2], ARGV[5], ARGV[1])
local last = redis.call('ZRANGE', KEYS[2], -1, -1, 'WITHSCORES')
redis.call('PEXPIREAT', KEYS[2], string.format('%.0f', last[2]))`)

/** KEYS: session. ARGV: seen at, until. */
const TOUCH = scriptOf(`
if redis.call('EXISTS', KEYS[1]) == 0 then return end
redis.call('HSET', KEYS[1], 'seenAt', ARGV[1])
redis.call('PEXPIREAT', KEYS[1], ARGV[2])`)

/** KEYS: subject, what the names of sessions begin with; a client may put something before both. */
const REMOVE_SUBJECT = scriptOf(`
for _, hash in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do redis.call('DEL', KEYS[2] .. hash) end
redis.call('DEL', KEYS[1])`)
