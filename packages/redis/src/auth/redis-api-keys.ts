import type { ApiKeyRecord, ApiKeyStore } from '@ashlar/auth'
import { readOptions } from '@ashlar/core/options'

import { commandsOf } from '../commands.ts'
import { fieldsOf } from '../fields.ts'
import { encrypted, type RedisOptions, redisOptions } from '../redis-options.ts'
import { scriptOf } from '../script.ts'

export interface RedisApiKeysOptions extends RedisOptions {}

/**
 * API keys on Redis. `find` is one HGETALL; whatever changes more than one key is one script. All names share a hash tag, so
 * that they are on one node of a cluster. Redis must be durable (`appendonly yes`), or keys are gone with it.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`,
 * `ERR_CONNECTION_NOT_ENCRYPTED`
 * @example
 * const keys = apiKeys({ store: redisApiKeys({ redis: new Redis() }) })
 */
export function redisApiKeys(options: RedisApiKeysOptions): ApiKeyStore {
  const settings = encrypted('redisApiKeys()', readOptions('redisApiKeys()', options, redisOptions))
  const { send, run } = commandsOf(settings.redis)
  const base = `${settings.namespace}:{api-keys}`
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
      if ((await run(INSERT, keys, values)) !== 1) throw new Error('There is such a key already.')
    },
    async find(hash) {
      return recordOf(Object.fromEntries(fieldsOf(await send(keyOf(hash), 'hgetall', keyOf(hash)))))
    },
    async list(subject) {
      const rows = (await run(LIST, [subjectOf(subject), ids, used, keyOf('')], [])) as (string | null)[][]
      const records = rows.map(([record, expiresAt, revokedAt, lastUsedAt]) =>
        recordOf({ record, expiresAt, revokedAt, lastUsedAt }),
      )
      return records.filter((record) => record !== undefined).sort((one, other) => one.createdAt - other.createdAt)
    },
    async revoke(id, at) {
      return (await run(REVOKE, [ids, keyOf('')], [id, at])) === 1
    },
    async replace(id, endsAt, replacement, now) {
      const { keys, values } = entriesOf(replacement)
      return (await run(REPLACE, [...keys, keyOf('')], [...values, id, endsAt, now])) === 1
    },
    async touch(uses) {
      if (uses.size === 0) return
      await run(TOUCH, [ids, used], [...uses].flat())
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

/**
 * What the names of keys begin with is among KEYS wherever it is needed, since a client may put something before those.
 * KEYS: ids, the key, its subject. ARGV: id, hash, record, when it ends.
 */
const WRITE = `
if redis.call('EXISTS', KEYS[2]) == 1 or redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then return 0 end
redis.call('HSET', KEYS[2], 'record', ARGV[3])
if ARGV[4] ~= '' then redis.call('HSET', KEYS[2], 'expiresAt', ARGV[4]) end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('SADD', KEYS[3], ARGV[1])
`

const INSERT = scriptOf(`${WRITE} return 1`)

/** KEYS: also what keys begin with. ARGV: also the id of the old key, when that ends, now. */
const REPLACE = scriptOf(`
local hash = redis.call('HGET', KEYS[1], ARGV[5])
if not hash then return 0 end
local old = KEYS[4] .. hash
if redis.call('HEXISTS', old, 'revokedAt') == 1 then return 0 end
local ends = tonumber(redis.call('HGET', old, 'expiresAt') or '')
if ends and ends <= tonumber(ARGV[7]) then return 0 end
${WRITE}
if not ends or tonumber(ARGV[6]) < ends then redis.call('HSET', old, 'expiresAt', ARGV[6]) end
return 1`)

/** KEYS: ids, what keys begin with. ARGV: id, time. */
const REVOKE = scriptOf(`
local hash = redis.call('HGET', KEYS[1], ARGV[1])
if not hash then return 0 end
return redis.call('HSETNX', KEYS[2] .. hash, 'revokedAt', ARGV[2])`)

/** KEYS: subject, ids, times of use, what keys begin with. */
const LIST = scriptOf(`
local rows = {}
for _, id in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local hash = redis.call('HGET', KEYS[2], id)
  if hash then
    local row = redis.call('HMGET', KEYS[4] .. hash, 'record', 'expiresAt', 'revokedAt')
    row[4] = redis.call('HGET', KEYS[3], id)
    rows[#rows + 1] = row
  end
end
return rows`)

/** KEYS: ids, times of use. ARGV: id, time, id, time … */
const TOUCH = scriptOf(`
for index = 1, #ARGV, 2 do
  if redis.call('HEXISTS', KEYS[1], ARGV[index]) == 1 then
    local known = tonumber(redis.call('HGET', KEYS[2], ARGV[index]) or '0')
    if tonumber(ARGV[index + 1]) > known then redis.call('HSET', KEYS[2], ARGV[index], ARGV[index + 1]) end
  end
end`)
