import type { SessionRecord, SessionStore } from '@ashlar/auth'
import { checkOptionNames } from '@ashlar/core/options'
import type { Pool } from 'pg'

export interface PostgresSessionsOptions {
  readonly pool: Pool
}

/** How often sessions that are over are deleted: once in so many logins. */
const SWEEP = 100

/**
 * Sessions on PostgreSQL, one statement for each method. The table is in `AUTH_TABLES`.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`
 */
export function postgresSessions(options: PostgresSessionsOptions): SessionStore {
  checkOptionNames('postgresSessions()', options, ['pool'])
  const { pool } = options
  let logins = 0
  return {
    async insert(hash, record, until) {
      if (++logins % SWEEP === 0) {
        // What is not deleted now is deleted the next time.
        pool.query('DELETE FROM ashlar_sessions WHERE until < $1', [Date.now()]).catch(() => undefined)
      }
      await pool.query(
        'INSERT INTO ashlar_sessions (hash, subject, record, seen_at, until) VALUES ($1, $2, $3, $4, $5)',
        [hash, record.subject, JSON.stringify(record), record.seenAt, Math.ceil(until)],
      )
    },
    async find(hash) {
      const { rows } = await pool.query<{ record: SessionRecord; seen_at: string }>({
        name: 'ashlar_session_find',
        text: 'SELECT record, seen_at FROM ashlar_sessions WHERE hash = $1 AND until > $2',
        values: [hash, Date.now()],
      })
      return rows[0] && { ...rows[0].record, seenAt: Number(rows[0].seen_at) }
    },
    async touch(hash, seenAt, until) {
      await pool.query('UPDATE ashlar_sessions SET seen_at = $2, until = $3 WHERE hash = $1', [
        hash,
        seenAt,
        Math.ceil(until),
      ])
    },
    async remove(hash) {
      await pool.query('DELETE FROM ashlar_sessions WHERE hash = $1', [hash])
    },
    async removeSubject(subject) {
      await pool.query('DELETE FROM ashlar_sessions WHERE subject = $1', [subject])
    },
  }
}
