import type { ApiKeyRecord, ApiKeyStore } from '@ashlar/auth'
import { checkOptionNames } from '@ashlar/core/options'
import type { Redis } from 'ioredis'

export interface RedisApiKeysOptions {
  readonly redis: Redis
  /** What the names of all keys in Redis begin with. Default `ashlar`. */
  readonly namespace?: string
}

/**
 * API keys on Redis. `find` is one HGETALL; whatever changes more than one key is one script. All names share a hash tag, so
 * that they are on one node of a cluster. Redis must be durable (`appendonly yes`), or keys are gone with it.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`
 */
export function redisApiKeys(options: RedisApiKeysOptions): ApiKeyStore {
  checkOptionNames('redisApiKeys()', options, ['redis', 'namespace'])
  const { redis, namespace = 'ashlar' } = options
  const base = `${namespace}:{api-keys}`
  const ids = `${base}:ids`
  const used = `${base}:used`
  const keyOf = (hash: string): string => `${base}:key:${hash}`
  const subjectOf = (subject: string): string => `${base}:subject:${subject}`
  const entriesOf = (record: ApiKeyRecord) => ({
    keys: [ids, keyOf(record.hash), subjectOf(record.subject)],
    values: [record.id, record.hash, JSON.stringify(record), record.expiresAt ?? ''],
  })

  return {
    async insert(record) {
      const { keys, values } = entriesOf(record)
      const done = await redis.eval(INSERT, keys.length, ...keys, ...values)
      if (done !== 1) throw new Error('There is such a key already.')
    },
    async find(hash) {
      return recordOf(await redis.hgetall(keyOf(hash)))
    },
    async list(subject) {
      const rows = (await redis.eval(LIST, 3, subjectOf(subject), ids, used, keyOf(''))) as (string | null)[][]
      const records = rows.map(([record, expiresAt, revokedAt, lastUsedAt]) =>
        recordOf({ record, expiresAt, revokedAt, lastUsedAt }),
      )
      return records.filter((record) => record !== undefined).sort((one, other) => one.createdAt - other.createdAt)
    },
    async revoke(id, at) {
      return (await redis.eval(REVOKE, 1, ids, id, keyOf(''), at)) === 1
    },
    async replace(id, endsAt, replacement, now) {
      const { keys, values } = entriesOf(replacement)
      const done = await redis.eval(REPLACE, keys.length, ...keys, ...values, id, keyOf(''), endsAt, now)
      return done === 1
    },
    async touch(uses) {
      if (uses.size === 0) return
      await redis.eval(TOUCH, 2, ids, used, ...[...uses].flat())
    },
  }
}

type Fields = Readonly<Record<string, string | null | undefined>>

/** What changes is beside the record, so that no script has to read or write JSON. */
function recordOf({ record, expiresAt, revokedAt, lastUsedAt }: Fields): ApiKeyRecord | undefined {
  if (!record) return undefined
  return {
    ...(JSON.parse(record) as ApiKeyRecord),
    ...(expiresAt && { expiresAt: Number(expiresAt) }),
    ...(revokedAt && { revokedAt: Number(revokedAt) }),
    ...(lastUsedAt && { lastUsedAt: Number(lastUsedAt) }),
  }
}

/** KEYS: ids, the key, its subject. ARGV: id, hash, record, when it ends. */
const WRITE = `
if redis.call('EXISTS', KEYS[2]) == 1 or redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then return 0 end
redis.call('HSET', KEYS[2], 'record', ARGV[3])
if ARGV[4] ~= '' then redis.call('HSET', KEYS[2], 'expiresAt', ARGV[4]) end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('SADD', KEYS[3], ARGV[1])
`

const INSERT = `${WRITE} return 1`

/** ARGV: also the id of the old key, what keys begin with, when the old one ends, now. */
const REPLACE = `
local hash = redis.call('HGET', KEYS[1], ARGV[5])
if not hash then return 0 end
local old = ARGV[6] .. hash
if redis.call('HEXISTS', old, 'revokedAt') == 1 then return 0 end
local ends = tonumber(redis.call('HGET', old, 'expiresAt') or '')
if ends and ends <= tonumber(ARGV[8]) then return 0 end
${WRITE}
if not ends or tonumber(ARGV[7]) < ends then redis.call('HSET', old, 'expiresAt', ARGV[7]) end
return 1`

/** KEYS: ids. ARGV: id, what keys begin with, time. */
const REVOKE = `
local hash = redis.call('HGET', KEYS[1], ARGV[1])
if not hash then return 0 end
return redis.call('HSETNX', ARGV[2] .. hash, 'revokedAt', ARGV[3])`

/** KEYS: subject, ids, times of use. ARGV: what keys begin with. */
const LIST = `
local rows = {}
for _, id in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local hash = redis.call('HGET', KEYS[2], id)
  if hash then
    local row = redis.call('HMGET', ARGV[1] .. hash, 'record', 'expiresAt', 'revokedAt')
    row[4] = redis.call('HGET', KEYS[3], id)
    rows[#rows + 1] = row
  end
end
return rows`

/** KEYS: ids, times of use. ARGV: id, time, id, time … */
const TOUCH = `
for index = 1, #ARGV, 2 do
  if redis.call('HEXISTS', KEYS[1], ARGV[index]) == 1 then
    local known = tonumber(redis.call('HGET', KEYS[2], ARGV[index]) or '0')
    if tonumber(ARGV[index + 1]) > known then redis.call('HSET', KEYS[2], ARGV[index], ARGV[index + 1]) end
  end
end`
