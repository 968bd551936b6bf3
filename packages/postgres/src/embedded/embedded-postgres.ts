import { ConfigurationError } from '@ashlar/core'
import { type Closeable, closeable } from '@ashlar/core/time'
import type pg from 'pg'

import { closeAtTheEnd } from './closing-signals.ts'
import { type EmbeddedPostgresOptions, readEmbeddedOptions, WHERE } from './embedded-options.ts'
import { type EmbeddedPool, poolOn } from './embedded-pool.ts'
import { openDatabase } from './open-database.ts'

/** A pool of the database's owner. At run time it is a `Pool` of `pg`, for whatever else takes one. */
export interface EmbeddedPostgres extends EmbeddedPool, Closeable {
  /**
   * A pool of another role, which grants and row-level security bind; the same one for the same name.
   * @throws ConfigurationError `ERR_OPTION_INVALID`
   * @example
   * await database.query('CREATE ROLE orders_app LOGIN')
   * const pool = database.as('orders_app')
   */
  as(role: string): EmbeddedPool
  /** The same as `close()`. */
  end(): Promise<void>
}

/**
 * PostgreSQL in this process, with its files in a folder, for whatever takes a pool. One process at a time can have a folder. It
 * is closed by `close()`, and on SIGINT and SIGTERM where the app does not handle them itself; what was acknowledged is there
 * also without. Needs the packages `@electric-sql/pglite` and `pg`.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`, `ERR_FOLDER_IN_USE`,
 * `ERR_PACKAGE_MISSING`
 * @throws UnavailableError where the database can't be opened
 * @example
 * const pool = await embeddedPostgres({ folder: './data/postgres' })
 * await migrate(pool, authTables())
 * const keys = apiKeys({ store: postgresApiKeys({ pool }) })
 */
export async function embeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const settings = readEmbeddedOptions(options)
  const Pool = await poolOfPg()
  const database = await openDatabase(settings)
  const members = new Set<string>()
  const pools = new Map<string, pg.Pool>()
  const ends: (() => Promise<void>)[] = []

  function as(role: string): pg.Pool {
    if (typeof role !== 'string' || !/^[^\0]{1,63}$/.test(role)) {
      throw new ConfigurationError('ERR_OPTION_INVALID', `${WHERE}: a role has a name of 1 to 63 characters.`)
    }
    const known = pools.get(role)
    if (known) return known
    const pool = poolOn(database, Pool, role, settings, members)
    pools.set(role, pool)
    ends.push(pool.end.bind(pool))
    return pool
  }

  const closing = closeable(async () => {
    stayOpen()
    try {
      await database.close()
    } finally {
      // Their connections have ended with it, also those that nobody gives back, for whom the pools would wait.
      for (const end of ends) void end().catch(() => undefined)
    }
  })
  const stayOpen = closeAtTheEnd(closing.close)
  return Object.assign(as('postgres'), closing, { as, end: closing.close }) as unknown as EmbeddedPostgres
}

async function poolOfPg(): Promise<typeof pg.Pool> {
  try {
    return (await import('pg')).default.Pool
  } catch (cause) {
    throw new ConfigurationError('ERR_PACKAGE_MISSING', `${WHERE}: it needs the package pg. Run npm install pg.`, {
      where: WHERE,
      cause,
    })
  }
}
