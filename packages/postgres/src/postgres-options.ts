import { having, OptionPlace, type OptionReader, optional, text } from '@ashlar/core/options'

import { type LendingPool, lendsConnections, type PostgresClient, type PostgresPool } from './client.ts'

/** The options of every store whose tables have fixed names. */
export interface PostgresOptions {
  /** A pool of `pg`, or what has `query(text, values)` like one; the store never closes it. */
  readonly pool: PostgresPool
  /** The schema in which its tables were made. Default: where the connection finds tables first. */
  readonly schema?: string
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
