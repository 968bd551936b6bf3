import { flag, readOptions } from '@ashlar/core/options'

import { allPresent, grantVersions, type Tables } from '../migrations/tables.ts'
import { createSchema, grantSchema, quoted, quotedRole, schemaOf } from '../names.ts'
import { table as tableOption } from '../postgres-options.ts'
import { rateLimitSql } from './rate-limit-sql.ts'

export interface RateLimitTablesOptions {
  /** The table, and the beginning of the function's name; a schema may stand before it. Default `ashlar_rate_limits`. */
  readonly table?: string
  /**
   * Whether records survive a crash of the server. Default `false`: the table is unlogged, so limits begin anew after a crash
   * and decisions are several times cheaper.
   */
  readonly durable?: boolean
}

export const DEFAULT_TABLE = 'ashlar_rate_limits'

/** The function that decides. */
export function takeOf(table: string): string {
  return quoted(table, '_take')
}

/**
 * The table and the function of `postgresRateLimits()`, for `migrate()`.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`
 * @example
 * await migrate(pool, rateLimitTables({ durable: true }))
 */
export function rateLimitTables(options: RateLimitTablesOptions = {}): Tables {
  const { table, durable } = readOptions('rateLimitTables()', options, {
    table: tableOption(DEFAULT_TABLE),
    durable: flag(false),
  })
  const [name, take] = [quoted(table), takeOf(table)]
  const isDurable = `(SELECT relpersistence = 'p' FROM pg_class WHERE oid = to_regclass('${name}'))`
  return Object.freeze<Tables>({
    name: `rate-limits ${table}`,
    version: 1,
    present: `${allPresent([name])} AND to_regproc('${take}') IS NOT NULL${durable ? ` AND ${isDurable}` : ''}`,
    sql: `${createSchema(schemaOf(table))}${rateLimitSql(name, take, durable)}`,
    grants(who) {
      const role = quotedRole(who)
      return `
${grantVersions(role)}
${grantSchema(schemaOf(table), role)}
GRANT SELECT, INSERT, UPDATE, DELETE ON ${name} TO ${role};
GRANT EXECUTE ON FUNCTION ${take} TO ${role};
`
    },
  })
}
