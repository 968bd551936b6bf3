import { readOptions } from '@ashlar/core/options'
import type { BlockStore } from '@ashlar/ratelimit'

import type { PostgresPool } from '../client.ts'
import { quoted } from '../names.ts'
import { encrypted, pool as poolOption, requireTls, table as tableOption } from '../postgres-options.ts'
import { DEFAULT_TABLE } from './block-tables.ts'

export interface PostgresBlocksOptions {
  /** A pool of `pg`, or what has `query(text, values)` like one; the store never closes it. */
  readonly pool: PostgresPool
  /** The table of `blockTables({ table })`. Default `ashlar_blocks`. */
  readonly table?: string
  /** As in `PostgresOptions`. Default `false`. */
  readonly requireTls?: boolean
}

interface Row {
  readonly target: string
  readonly until_ms: number | null
}

/**
 * A blocklist in one table, read whole by every instance: made for thousands of blocks, not for millions.
 * `migrate(pool, blockTables())` makes the table.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`,
 * `ERR_CONNECTION_NOT_ENCRYPTED`
 * @example
 * const blocks = blocklist({ store: postgresBlocks({ pool }) })
 */
export function postgresBlocks(options: PostgresBlocksOptions): BlockStore {
  const { pool, table } = encrypted(
    'postgresBlocks()',
    readOptions('postgresBlocks()', options, {
      pool: poolOption,
      table: tableOption(DEFAULT_TABLE),
      requireTls,
    }),
  )
  const name = quoted(table)
  return {
    async put({ target, until }) {
      const upsert = 'on conflict (target) do update set until_ms = excluded.until_ms'
      await pool.query(`insert into ${name} (target, until_ms) values ($1, $2) ${upsert}`, [target, until ?? null])
    },
    async remove(target) {
      await pool.query(`delete from ${name} where target = $1`, [target])
    },
    async load() {
      const now = 'extract(epoch from now()) * 1000'
      const { rows } = await pool.query(
        `select target, until_ms from ${name} where until_ms is null or until_ms > ${now}`,
      )
      return (rows as Row[]).map(({ target, until_ms }) => ({ target, until: until_ms ?? undefined }))
    },
  }
}
