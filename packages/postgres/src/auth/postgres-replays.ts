import { readOptions } from '@ashlar/core/options'
import type { ReplayStore } from '@ashlar/core/stores'

import { prepared } from '../client.ts'
import { within } from '../names.ts'
import { encrypted, type PostgresOptions, postgresOptions } from '../postgres-options.ts'

export interface PostgresReplaysOptions extends PostgresOptions {}

/** How often what has ended is deleted: once in so many claims. */
const SWEEP = 1000

/**
 * What may be used once, on PostgreSQL: one statement a claim. `migrate(pool, authTables())` makes the table.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`,
 * `ERR_CONNECTION_NOT_ENCRYPTED`
 * @example
 * const proof = dpop({ origin: 'https://api.example.com', replays: postgresReplays({ pool }) })
 */
export function postgresReplays(options: PostgresReplaysOptions): ReplayStore {
  const { pool, schema } = encrypted('postgresReplays()', readOptions('postgresReplays()', options, postgresOptions))
  const table = within(schema)('ashlar_used_once')
  const claim = prepared(
    pool,
    schema === undefined ? 'ashlar_claim' : `ashlar_claim ${schema}`,
    `INSERT INTO ${table} AS known (name, until) VALUES ($1, $2)
     ON CONFLICT (name) DO UPDATE SET until = EXCLUDED.until WHERE known.until <= $3 RETURNING 1`,
  )
  let claims = 0
  return {
    async claim(name, until) {
      const now = Date.now()
      if (!(until > now)) return false
      if (++claims % SWEEP === 0) {
        // What is not deleted now is deleted the next time.
        pool.query(`DELETE FROM ${table} WHERE until < $1`, [now]).catch(() => undefined)
      }
      return (await claim([name, Math.ceil(until), now])).length === 1
    },
  }
}
