import type { SessionRecord, SessionStore } from '@ashlar/auth'
import { readOptions } from '@ashlar/core/options'

import { prepared } from '../client.ts'
import { within } from '../names.ts'
import { encrypted, type PostgresOptions, postgresOptions } from '../postgres-options.ts'

export interface PostgresSessionsOptions extends PostgresOptions {}

/** How often sessions that are over are deleted: once in so many logins. */
const SWEEP = 100

interface Row {
  readonly record: SessionRecord
  readonly seen_at: string
}

/**
 * Sessions on PostgreSQL, one statement for each method. `migrate(pool, authTables())` makes the table.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`,
 * `ERR_CONNECTION_NOT_ENCRYPTED`
 * @example
 * const keeper = sessions({ keyRing: [{ id: '2026-08', secret }], store: postgresSessions({ pool }) })
 */
export function postgresSessions(options: PostgresSessionsOptions): SessionStore {
  const { pool, schema } = encrypted('postgresSessions()', readOptions('postgresSessions()', options, postgresOptions))
  const table = within(schema)('ashlar_sessions')
  const find = prepared(
    pool,
    schema === undefined ? 'ashlar_session_find' : `ashlar_session_find ${schema}`,
    `SELECT record, seen_at FROM ${table} WHERE hash = $1 AND until > $2`,
  )
  let logins = 0
  return {
    async insert(hash, record, until) {
      if (++logins % SWEEP === 0) {
        // What is not deleted now is deleted the next time.
        pool.query(`DELETE FROM ${table} WHERE until < $1`, [Date.now()]).catch(() => undefined)
      }
      await pool.query(`INSERT INTO ${table} (hash, subject, record, seen_at, until) VALUES ($1, $2, $3, $4, $5)`, [
        hash,
        record.subject,
        JSON.stringify(record),
        record.seenAt,
        Math.ceil(until),
      ])
    },
    async find(hash) {
      const [row] = (await find([hash, Date.now()])) as [Row?]
      return row && { ...row.record, seenAt: Number(row.seen_at) }
    },
    async touch(hash, seenAt, until) {
      await pool.query(`UPDATE ${table} SET seen_at = $2, until = $3 WHERE hash = $1`, [hash, seenAt, Math.ceil(until)])
    },
    async remove(hash) {
      await pool.query(`DELETE FROM ${table} WHERE hash = $1`, [hash])
    },
    async removeSubject(subject) {
      await pool.query(`DELETE FROM ${table} WHERE subject = $1`, [subject])
    },
  }
}
