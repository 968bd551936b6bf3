import { ConfigurationError } from '@ashlar/core'
import { checkOptionNames } from '@ashlar/core/options'
import { openName, type RateLimitStore } from '@ashlar/ratelimit'

import { PostgresLedger, type Queryable } from './postgres-ledger.ts'
import { rateLimitSchema } from './schema.ts'

export interface PostgresRateLimitsOptions {
  readonly pool: Queryable
  /** The table, and the beginning of the function's name; a schema may stand before it. Default `ashlar_rate_limits`. */
  readonly table?: string
  /**
   * Whether records survive a crash of the server. Default `false`: the table is unlogged, so limits begin anew after a crash
   * and decisions are several times cheaper.
   */
  readonly durable?: boolean
}

export interface PostgresRateLimits extends RateLimitStore {
  /** Creates the table and the function where they are missing. Several processes may do so at once. */
  migrate(): Promise<void>
  /** Deletes the records of keys that have used nothing for long enough. Done by itself once a minute of use. */
  prune(): Promise<void>
}

const PRUNE_EVERY_MS = 60_000

/**
 * Rate limits shared through PostgreSQL, by a `pg` pool: one statement a decision, in the server's time.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`
 */
export function postgresRateLimits(options: PostgresRateLimitsOptions): PostgresRateLimits {
  const where = 'postgresRateLimits()'
  checkOptionNames(where, options, ['pool', 'table', 'durable'])
  const { pool, table = 'ashlar_rate_limits', durable = false } = options
  if (typeof pool?.query !== 'function') {
    throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: "pool" is a pg pool.`)
  }
  // It becomes part of the statements, so it can hold nothing but a name.
  if (typeof table !== 'string' || !/^([a-z_][a-z0-9_]{0,40}\.)?[a-z_][a-z0-9_]{0,40}$/.test(table)) {
    throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: "table" is a lower-case name, such as rate_limits.`)
  }
  const names = new Set<string>()
  let pruneAt = performance.now() + PRUNE_EVERY_MS

  async function prune(): Promise<void> {
    await pool.query({ text: `delete from ${table} where expires_at < now()`, values: [] })
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
    async migrate() {
      const schema = rateLimitSchema(table, durable)
      // Two sessions that replace one function at a time collide, so they wait for each other.
      const text = `begin; select pg_advisory_xact_lock(hashtext('${table}')); ${schema} commit;`
      await (pool as unknown as { query(text: string): Promise<unknown> }).query(text)
    },
    open(definition) {
      openName(names, definition.name)
      return new PostgresLedger(pool, table, definition, used)
    },
  }
}
