import { ConfigurationError } from '@ashlar/core'
import { checkOptionNames } from '@ashlar/core/options'
import type { BlocklistStore } from '@ashlar/ratelimit'

import type { Queryable } from '../rate-limit/postgres-ledger.ts'

export interface PostgresBlocks extends BlocklistStore {
  /** Creates the table where it is missing. */
  migrate(): Promise<void>
}

export interface PostgresBlocksOptions {
  readonly pool: Queryable
  /** A lower-case name; a schema may stand before it. Default `ashlar_blocklist`. */
  readonly table?: string
}

interface Row {
  readonly target: string
  readonly until_ms: number | null
}

/**
 * A blocklist in one table, read whole by every instance: made for thousands of blocks, not for millions.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`
 */
export function postgresBlocks(options: PostgresBlocksOptions): PostgresBlocks {
  checkOptionNames('postgresBlocks()', options, ['pool', 'table'])
  const { pool, table = 'ashlar_blocklist' } = options
  // It becomes part of the statements, so it can hold nothing but a name.
  if (typeof table !== 'string' || !/^([a-z_][a-z0-9_]{0,40}\.)?[a-z_][a-z0-9_]{0,40}$/.test(table)) {
    throw new ConfigurationError('ERR_OPTION_INVALID', 'postgresBlocks(): "table" is a lower-case name.')
  }
  const run = (text: string, values: unknown[] = []): Promise<{ rows: unknown[] }> => pool.query({ text, values })
  return {
    async migrate() {
      // Even "if not exists" fails where two sessions do it at a time.
      const create = `create table if not exists ${table} (target text primary key, until_ms double precision)`
      await run(`do $$ begin perform pg_advisory_xact_lock(hashtext('${table}')); ${create}; end $$`)
    },
    async put({ target, until }) {
      const upsert = 'on conflict (target) do update set until_ms = excluded.until_ms'
      await run(`insert into ${table} (target, until_ms) values ($1, $2) ${upsert}`, [target, until ?? null])
    },
    async remove(target) {
      await run(`delete from ${table} where target = $1`, [target])
    },
    async load() {
      const now = 'extract(epoch from now()) * 1000'
      const { rows } = await run(`select target, until_ms from ${table} where until_ms is null or until_ms > ${now}`)
      return (rows as Row[]).map(({ target, until_ms }) => ({ target, until: until_ms ?? undefined }))
    },
  }
}
