import type { SessionRecord, SessionStore } from '@ashlar/auth'
import { checkOptionNames } from '@ashlar/core/options'
import type { Redis } from 'ioredis'

export interface RedisSessionsOptions {
  readonly redis: Redis
  /** What the names of all keys in Redis begin with. Default `ashlar`. */
  readonly namespace?: string
}

/**
 * Sessions on Redis, which forgets them by itself when they are over. A look-up is one HGETALL. All names share a hash tag, so
 * that they are on one node of a cluster.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`
 */
export function redisSessions(options: RedisSessionsOptions): SessionStore {
  checkOptionNames('redisSessions()', options, ['redis', 'namespace'])
  const { redis, namespace = 'ashlar' } = options
  const base = `${namespace}:{sessions}`
  const keyOf = (hash: string): string => `${base}:session:${hash}`
  const subjectOf = (subject: string): string => `${base}:subject:${subject}`
  return {
    async insert(hash, record, until) {
      const keys = [keyOf(hash), subjectOf(record.subject)]
      const { seenAt, expiresAt } = record
      const times = [seenAt, Math.ceil(until), Math.ceil(expiresAt), Date.now()]
      await redis.eval(INSERT, keys.length, ...keys, hash, JSON.stringify(record), ...times)
    },
    async find(hash) {
      const { record, seenAt } = await redis.hgetall(keyOf(hash))
      return record === undefined ? undefined : { ...(JSON.parse(record) as SessionRecord), seenAt: Number(seenAt) }
    },
    async touch(hash, seenAt, until) {
      await redis.eval(TOUCH, 1, keyOf(hash), seenAt, Math.ceil(until))
    },
    async remove(hash) {
      await redis.del(keyOf(hash))
    },
    async removeSubject(subject) {
      await redis.eval(REMOVE_SUBJECT, 1, subjectOf(subject), keyOf(''))
    },
  }
}

/** KEYS: session, its subject. ARGV: hash, record, seen at, until, the session's end, now. */
const INSERT = `
redis.call('HSET', KEYS[1], 'record', ARGV[2], 'seenAt', ARGV[3])
redis.call('PEXPIREAT', KEYS[1], ARGV[4])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[6])
redis.call('ZADD', KEYS[2], ARGV[5], ARGV[1])
local last = redis.call('ZRANGE', KEYS[2], -1, -1, 'WITHSCORES')
redis.call('PEXPIREAT', KEYS[2], string.format('%.0f', last[2]))`

/** KEYS: session. ARGV: seen at, until. */
const TOUCH = `
if redis.call('EXISTS', KEYS[1]) == 0 then return end
redis.call('HSET', KEYS[1], 'seenAt', ARGV[1])
redis.call('PEXPIREAT', KEYS[1], ARGV[2])`

/** KEYS: subject. ARGV: what the names of sessions begin with. */
const REMOVE_SUBJECT = `
for _, hash in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do redis.call('DEL', ARGV[1] .. hash) end
redis.call('DEL', KEYS[1])`
