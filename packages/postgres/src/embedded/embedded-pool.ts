import { UnavailableError } from '@ashlar/core'
import type pg from 'pg'

import type { PostgresConnection } from '../client.ts'
import type { Database } from './database.ts'

/** A connection that an embedded database has lent. */
export interface EmbeddedConnection extends PostgresConnection {
  // biome-ignore lint/suspicious/noExplicitAny: rows are whatever the query asks for
  query(text: string, values?: unknown[]): Promise<{ readonly rows: any[]; readonly rowCount: number | null }>
}

/** A `Pool` of `pg` whose connections are to a database in this process. */
export interface EmbeddedPool {
  // biome-ignore lint/suspicious/noExplicitAny: rows are whatever the query asks for
  query(text: string, values?: unknown[]): Promise<{ readonly rows: any[]; readonly rowCount: number | null }>
  connect(): Promise<EmbeddedConnection>
}

export interface PoolLimits {
  readonly maxConnections: number
  readonly maxPending: number
  readonly timeout: number
}

/** Who is there, for a pool on whose database nobody else can be: see `presenceOf`. */
const MEMBERS = Symbol.for('@ashlar/postgres members')

/** Those who are there now, where all of them are in this process. `undefined` for a database on a server. */
export function membersOf(pool: object): Set<string> | undefined {
  return (pool as { [MEMBERS]?: Set<string> })[MEMBERS]
}

/** @param Pool of `pg` @param role who its connections are */
export function poolOn(
  database: Database,
  Pool: typeof pg.Pool,
  role: string,
  { maxConnections, maxPending, timeout }: PoolLimits,
  members: Set<string>,
): pg.Pool {
  const pool = new Pool({
    stream: () => database.stream() as never,
    // All that pg would otherwise take from the environment.
    ...{ host: 'embedded', port: 5432, user: role, database: 'postgres', password: '', ssl: false, options: '' },
    max: maxConnections,
    connectionTimeoutMillis: timeout,
    idleTimeoutMillis: 0,
    allowExitOnIdle: true,
  })
  // Whoever loses a connection learns it from the next query, and must not end for it.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  const connect = pool.connect.bind(pool) as (callback?: unknown) => unknown
  pool.connect = ((callback?: (error: Error) => void) => {
    if (pool.waitingCount < maxPending) return connect(callback)
    const error = new UnavailableError(`The embedded database: ${maxPending} wait for a connection already.`)
    if (!callback) return Promise.reject(error)
    return process.nextTick(callback, error)
  }) as typeof pool.connect
  return Object.defineProperty(pool, MEMBERS, { value: members })
}
