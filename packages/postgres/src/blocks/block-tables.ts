import { readOptions } from '@ashlar/core/options'

import { allPresent, grantVersions, type Tables } from '../migrations/tables.ts'
import { createSchema, grantSchema, quoted, quotedRole, schemaOf } from '../names.ts'
import { table as tableOption } from '../postgres-options.ts'

export interface BlockTablesOptions {
  /** A lower-case name; a schema may stand before it. Default `ashlar_blocks`. */
  readonly table?: string
}

export const DEFAULT_TABLE = 'ashlar_blocks'

/**
 * The table of `postgresBlocks()`, for `migrate()`.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`
 * @example
 * await migrate(pool, blockTables())
 */
export function blockTables(options: BlockTablesOptions = {}): Tables {
  const { table } = readOptions('blockTables()', options, { table: tableOption(DEFAULT_TABLE) })
  const name = quoted(table)
  return Object.freeze<Tables>({
    name: `blocks ${table}`,
    version: 1,
    present: allPresent([name]),
    sql: `${createSchema(schemaOf(table))}
create table if not exists ${name} (target text primary key, until_ms double precision);`,
    grants(who) {
      const role = quotedRole(who)
      return `
${grantVersions(role)}
${grantSchema(schemaOf(table), role)}
GRANT SELECT, INSERT, UPDATE, DELETE ON ${name} TO ${role};
`
    },
  })
}
