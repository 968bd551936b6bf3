import { readOptions } from '@ashlar/core/options'
import type { RateLimitStore } from '@ashlar/ratelimit'
import { openName } from '@ashlar/ratelimit/stores'

import type { PostgresPool } from '../client.ts'
import { quoted } from '../names.ts'
import { encrypted, pool as poolOption, requireTls, table as tableOption } from '../postgres-options.ts'
import { PostgresLedger } from './postgres-ledger.ts'
import { DEFAULT_TABLE, takeOf } from './rate-limit-tables.ts'

export interface PostgresRateLimitsOptions {
  /** A pool of `pg`, or what has `query(text, values)` like one; the store never closes it. */
  readonly pool: PostgresPool
  /** The table of `rateLimitTables({ table })`. Default `ashlar_rate_limits`. */
  readonly table?: string
  /** As in `PostgresOptions`. Default `false`. */
  readonly requireTls?: boolean
}

export interface PostgresRateLimits extends RateLimitStore {
  /** Deletes the records of keys that have used nothing for long enough. Done by itself once a minute of use. */
  prune(): Promise<void>
}

const PRUNE_EVERY_MS = 60_000

/**
 * Rate limits shared through PostgreSQL: one statement a decision, in the server's time. `migrate(pool, rateLimitTables())`
 * makes the table and the function.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`,
 * `ERR_CONNECTION_NOT_ENCRYPTED`
 * @example
 * const limit = rateLimit({ policy, store: postgresRateLimits({ pool }), instances: 4 })
 */
export function postgresRateLimits(options: PostgresRateLimitsOptions): PostgresRateLimits {
  const { pool, table } = encrypted(
    'postgresRateLimits()',
    readOptions('postgresRateLimits()', options, {
      pool: poolOption,
      table: tableOption(DEFAULT_TABLE),
      requireTls,
    }),
  )
  const names = new Set<string>()
  let pruneAt = performance.now() + PRUNE_EVERY_MS

  async function prune(): Promise<void> {
    await pool.query(`delete from ${quoted(table)} where expires_at < now()`)
  }

  function used(): void {
    if (performance.now() < pruneAt) return
    pruneAt = performance.now() + PRUNE_EVERY_MS
    // Left undone it is done a minute later; a store that is lost is noticed by its decisions.
    prune().catch(() => {})
  }

  return {
    shared: true,
    prune,
    open(definition) {
      openName(names, definition.name)
      return new PostgresLedger(pool, takeOf(table), definition, used)
    },
  }
}
