import { flag, having, OptionPlace, type OptionReader, optional, text } from '@ashlar/core/options'
import { checkEncrypted } from '@ashlar/core/stores'

import { type LendingPool, lendsConnections, type PostgresClient, type PostgresPool } from './client.ts'
import { linksOf } from './links.ts'

/** The options of every store whose tables have fixed names. */
export interface PostgresOptions {
  /** A pool of `pg`, or what has `query(text, values)` like one; the store never closes it. */
  readonly pool: PostgresPool
  /** The schema in which its tables were made. Default: where the connection finds tables first. */
  readonly schema?: string
  /**
   * Whether a pool that reaches another machine without TLS, or with whatever certificate, is refused; also one that does not
   * say how it reaches it. Default `false`: a process warning with `ERR_CONNECTION_NOT_ENCRYPTED`, once for each server.
   */
  readonly requireTls?: boolean
}

export const pool: OptionReader<PostgresPool> = having<PostgresPool>(['query'], 'new pg.Pool()')

/** What is given by itself. @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID` */
export function checkPool(where: string, given: PostgresClient): void {
  pool(given, new OptionPlace(where, 'pool'))
}

/** A pool that lends connections, which a client does not. */
export const lendingPool: OptionReader<LendingPool> = (value, at) => {
  const given = pool(value, at)
  if (lendsConnections(given)) return given
  throw at.invalid('a pool of pg, which lends connections, such as new pg.Pool()', value)
}

// They become part of statements, so they can hold nothing but a name.
const NAME = '[a-z_][a-z0-9_]{0,40}'

export const schema: OptionReader<string | undefined> = optional(
  text({ pattern: new RegExp(`^${NAME}$`), says: 'a lower-case name, such as security', quote: true }),
)

/** The name of a table; a schema may stand before it. */
export function table(fallback: string): OptionReader<string> {
  const pattern = new RegExp(`^(${NAME}\\.)?${NAME}$`)
  return text({ pattern, says: 'a lower-case name, such as security.limits', fallback, quote: true })
}

/** Whether TLS is required. */
export const requireTls: OptionReader<boolean> = flag(false)

interface PostgresOptionTable {
  readonly pool: OptionReader<PostgresPool>
  readonly schema: OptionReader<string | undefined>
  readonly requireTls: OptionReader<boolean>
}

/** What the stores whose tables have fixed names read. */
export const postgresOptions: PostgresOptionTable = { pool, schema, requireTls }

/** What was read, once it is clear that the pool may be used. @throws ConfigurationError `ERR_CONNECTION_NOT_ENCRYPTED` */
export function encrypted<Settings extends { readonly pool: PostgresClient; readonly requireTls: boolean }>(
  where: string,
  settings: Settings,
): Settings {
  checkEncrypted(new OptionPlace(where, 'pool'), 'PostgreSQL', linksOf(settings.pool), settings.requireTls)
  return settings
}
