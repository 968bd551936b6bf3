import { checkOptionNames } from '@ashlar/core/options'
import type { ReplayStore } from '@ashlar/core/stores'
import type { Pool } from 'pg'

export interface PostgresReplaysOptions {
  readonly pool: Pool
}

/** How often what has ended is deleted: once in so many claims. */
const SWEEP = 1000

/**
 * What may be used once, on PostgreSQL: one statement a claim. The table is in `AUTH_TABLES`.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`
 */
export function postgresReplays(options: PostgresReplaysOptions): ReplayStore {
  checkOptionNames('postgresReplays()', options, ['pool'])
  const { pool } = options
  let claims = 0
  return {
    async claim(name, until) {
      const now = Date.now()
      if (!(until > now)) return false
      if (++claims % SWEEP === 0) {
        // What is not deleted now is deleted the next time.
        pool.query('DELETE FROM ashlar_used_once WHERE until < $1', [now]).catch(() => undefined)
      }
      const { rowCount } = await pool.query({
        name: 'ashlar_claim',
        text: `INSERT INTO ashlar_used_once AS known (name, until) VALUES ($1, $2)
               ON CONFLICT (name) DO UPDATE SET until = EXCLUDED.until WHERE known.until <= $3`,
        values: [name, Math.ceil(until), now],
      })
      return rowCount === 1
    },
  }
}
