/** Whatever carries out a statement: a pool or client of `pg`, PGlite. */
export interface PostgresClient {
  // biome-ignore lint/suspicious/noExplicitAny: rows are whatever the query asks for
  query(text: string, values?: unknown[]): Promise<{ readonly rows: any[] }>
}

/** A connection that a pool has lent. */
export interface PostgresConnection extends PostgresClient {
  /** @param destroy whether it is not to be used again */
  release(destroy?: boolean): void
  // biome-ignore lint/suspicious/noExplicitAny: what is told depends on the event
  on(event: string, listener: (...values: any[]) => void): unknown
  // biome-ignore lint/suspicious/noExplicitAny: what is told depends on the event
  off(event: string, listener: (...values: any[]) => void): unknown
}

/** A pool of `pg`; for stores that need no connection of their own also a client, or PGlite. */
export interface PostgresPool extends PostgresClient {
  connect?(): Promise<unknown>
}

/** A pool of `pg`, or what lends connections like one. */
export interface LendingPool extends PostgresClient {
  connect(): Promise<PostgresConnection>
}

/** A client of `pg` has connect() as well, but lends nothing. */
export function lendsConnections(pool: PostgresPool): pool is LendingPool {
  return typeof pool.connect === 'function' && !('release' in pool) && !('connectionParameters' in pool)
}

type Prepared = (values: unknown[]) => Promise<unknown[]>

/** A statement that is asked again and again. With `pg` each connection parses and plans it once, by its name. */
export function prepared(pool: PostgresPool, name: string, text: string): Prepared {
  if (typeof pool.connect !== 'function') return async (values) => (await pool.query(text, values)).rows
  const { query } = pool as unknown as { query(statement: object): Promise<{ rows: unknown[] }> }
  return async (values) => (await query.call(pool, { name, text, values })).rows
}
