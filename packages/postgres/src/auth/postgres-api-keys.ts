import type { ApiKeyRecord, ApiKeyStore } from '@ashlar/auth'
import { readOptions } from '@ashlar/core/options'

import { prepared } from '../client.ts'
import { within } from '../names.ts'
import { encrypted, type PostgresOptions, postgresOptions } from '../postgres-options.ts'

export interface PostgresApiKeysOptions extends PostgresOptions {}

const COLUMNS =
  'id, hash, environment, subject, name, roles, scopes, tier, claims, created_at, expires_at, revoked_at, replaces'

/**
 * API keys on PostgreSQL, one statement for each method. `migrate(pool, authTables())` makes the table.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`,
 * `ERR_CONNECTION_NOT_ENCRYPTED`
 * @example
 * const keys = apiKeys({ store: postgresApiKeys({ pool }) })
 */
export function postgresApiKeys(options: PostgresApiKeysOptions): ApiKeyStore {
  const { pool, schema } = encrypted('postgresApiKeys()', readOptions('postgresApiKeys()', options, postgresOptions))
  const table = within(schema)('ashlar_api_keys')
  const find = prepared(
    pool,
    schema === undefined ? 'ashlar_api_key_find' : `ashlar_api_key_find ${schema}`,
    `SELECT ${COLUMNS}, NULL AS last_used_at FROM ${table} WHERE hash = $1`,
  )
  return {
    async insert(record) {
      await pool.query(`INSERT INTO ${table} (${COLUMNS}) VALUES (${places(1)})`, valuesOf(record))
    },
    async find(hash) {
      const [row] = await find([hash])
      return row === undefined ? undefined : recordOf(row as Row)
    },
    async list(subject) {
      const { rows } = await pool.query(
        `SELECT ${COLUMNS}, last_used_at FROM ${table} WHERE subject = $1 ORDER BY created_at, id`,
        [subject],
      )
      return rows.map(recordOf)
    },
    async revoke(id, at) {
      const { rows } = await pool.query(
        `UPDATE ${table} SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING 1`,
        [id, at],
      )
      return rows.length === 1
    },
    async replace(id, endsAt, replacement, now) {
      // Of two at once the second waits for the first one's row and finds that it has ended.
      const { rows } = await pool.query(
        `WITH old AS (
           UPDATE ${table} SET expires_at = LEAST(expires_at, $2::bigint)
           WHERE id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $3::bigint)
           RETURNING id
         )
         INSERT INTO ${table} (${COLUMNS}) SELECT ${places(4)} FROM old RETURNING 1`,
        [id, endsAt, now, ...valuesOf(replacement)],
      )
      return rows.length === 1
    },
    async touch(uses) {
      if (uses.size === 0) return
      await pool.query(
        `UPDATE ${table} AS key SET last_used_at = used.at
         FROM unnest($1::text[], $2::bigint[]) AS used (id, at)
         WHERE key.id = used.id AND (key.last_used_at IS NULL OR key.last_used_at < used.at)`,
        [[...uses.keys()], [...uses.values()]],
      )
    },
  }
}

/** Casts, since in a SELECT the types are not taken from the table. */
const TYPES = [
  ...['text', 'text', 'text', 'text', 'text', 'text[]', 'text[]', 'text', 'jsonb'],
  ...['bigint', 'bigint', 'bigint', 'text'],
]

function places(first: number): string {
  return TYPES.map((type, index) => `$${first + index}::${type}`).join(', ')
}

function valuesOf(record: ApiKeyRecord): unknown[] {
  const { id, hash, environment, subject, name, roles, scopes, tier, claims } = record
  const { createdAt, expiresAt, revokedAt, replaces } = record
  const json = claims === undefined ? undefined : JSON.stringify(claims)
  return [id, hash, environment, subject, name, roles, scopes, tier, json, createdAt, expiresAt, revokedAt, replaces]
}

/** As `pg` reads a row: `bigint` is text. */
interface Row {
  readonly id: string
  readonly hash: string
  readonly environment: string
  readonly subject: string
  readonly name: string | null
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
  readonly tier: string | null
  readonly claims: Readonly<Record<string, unknown>> | null
  readonly created_at: string
  readonly expires_at: string | null
  readonly revoked_at: string | null
  readonly last_used_at: string | null
  readonly replaces: string | null
}

function recordOf(row: Row): ApiKeyRecord {
  const { id, hash, environment, subject, name, roles, scopes, tier, claims, replaces } = row
  return {
    ...{ id, hash, environment, subject, roles, scopes, createdAt: Number(row.created_at) },
    ...(name !== null && { name }),
    ...(tier !== null && { tier }),
    ...(claims !== null && { claims }),
    ...(row.expires_at !== null && { expiresAt: Number(row.expires_at) }),
    ...(row.revoked_at !== null && { revokedAt: Number(row.revoked_at) }),
    ...(row.last_used_at !== null && { lastUsedAt: Number(row.last_used_at) }),
    ...(replaces !== null && { replaces }),
  }
}
