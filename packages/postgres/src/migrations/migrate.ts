import { AshlarError } from '@ashlar/core'

import type { PostgresClient } from '../client.ts'
import { checkPool } from '../postgres-options.ts'
import { migrationSql } from './migration-sql.ts'
import type { Tables } from './tables.ts'

const RETRIES = 5
/** Of one who waited while another did the same, in a transaction that must not see it. */
const AGAIN = new Set(['40001', '40P01', '23505'])

/** Also where there are schemas, and the role may use none. */
const NO_SCHEMA = '3F000'

/**
 * Makes the tables that stores need, or brings them to the version of this release: all of it or nothing, in one statement.
 * Any number of processes may do so at once, and again with each start: then it looks and changes nothing, for which an app's
 * own role needs only what `grants()` gives. What a newer release has made, an older one leaves alone.
 * @param pool a pool or client of `pg`, or PGlite; of a role that may make tables
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`
 * @throws AshlarError `ERR_MIGRATION_FAILED`, with everything as it was
 * @example
 * await migrate(pool, authTables(), auditTables(), rateLimitTables())
 */
export async function migrate(pool: PostgresClient, ...tables: readonly Tables[]): Promise<void> {
  checkPool('migrate()', pool)
  const names = tables.map(({ name }) => `"${name}"`).join(', ')
  await carryOut(pool, migrationSql(...tables), `migrate(): ${names}`)
}

/** Runs one statement that changes the database. @param what begins the message @throws AshlarError `ERR_MIGRATION_FAILED` */
export async function carryOut(client: PostgresClient, sql: string, what: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await client.query(sql)
      return
    } catch (cause) {
      const { code } = cause as { code?: string }
      if (code !== undefined && AGAIN.has(code) && attempt < RETRIES) continue
      throw new AshlarError('ERR_MIGRATION_FAILED', `${what} could not be made. ${await reasonOf(client, cause)}`, {
        cause,
      })
    }
  }
}

async function reasonOf(client: PostgresClient, cause: unknown): Promise<string> {
  const { code, message } = cause as { code?: string; message?: string }
  if (code !== '42501' && code !== NO_SCHEMA) return `${message ?? cause}.`
  const { role, schema } = await whoAndWhere(client)
  return `The role ${role} may not do it (${message}). Run it as the owner of the tables, who needs "GRANT CREATE ON SCHEMA ${schema}", and give the app's role what grants() says.`
}

async function whoAndWhere(client: PostgresClient): Promise<{ role: string; schema: string }> {
  try {
    const { rows } = await client.query('SELECT current_user AS role, coalesce(current_schema(), $1) AS schema', [
      'public',
    ])
    return { role: `"${rows[0].role}"`, schema: `"${rows[0].schema}"` }
  } catch {
    return { role: 'of this connection', schema: 'public' }
  }
}
