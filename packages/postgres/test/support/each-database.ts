import { type PostgresServer, postgresServer, withService } from '@ashlar/testkit'
import { afterAll, beforeAll, describe } from '@jest/globals'
import pg from 'pg'

import { embeddedPostgres } from '../../src/index.ts'
import { seededFolder } from './seed.ts'

export interface TestDatabase {
  /** Of a superuser. */
  readonly owner: pg.Pool
  /** Of a role that may log in. */
  as(role: string, options?: pg.PoolConfig): pg.Pool
  /** @throws Error where it is an embedded one */
  readonly server: PostgresServer
}

export type DatabaseKind = 'embedded' | 'server'

/** Runs a suite on a database in this process, and on a server where there is one. */
export function eachDatabase(title: string, body: (database: () => TestDatabase, kind: DatabaseKind) => void): void {
  describe(`${title}, embedded`, () => {
    onOne(embedded, (database) => body(database, 'embedded'))
  })
  withService('postgres', describe)(`${title}, on a server`, () => {
    onOne(onServer, (database) => body(database, 'server'))
  })
}

type Opened = TestDatabase & { close(): Promise<void> }

function onOne(open: () => Promise<Opened>, body: (database: () => TestDatabase) => void): void {
  let database: Opened
  beforeAll(async () => {
    database = await open()
  }, 60_000)
  body(() => database)
  // After what the suite does at its end.
  afterAll(() => database.close(), 60_000)
}

async function embedded(): Promise<Opened> {
  const { folder, remove } = await seededFolder()
  const database = await embeddedPostgres({ folder, durable: false, maxConnections: 30, timeout: '30s' })
  return {
    owner: database as unknown as pg.Pool,
    as: (role) => database.as(role) as unknown as pg.Pool,
    get server(): never {
      throw new Error('An embedded database has no server.')
    },
    async close() {
      await database.close()
      await remove()
    },
  }
}

async function onServer(): Promise<Opened> {
  const server = await postgresServer()
  const pools: pg.Pool[] = []
  function as(role: string, options: pg.PoolConfig = {}): pg.Pool {
    const pool = new pg.Pool({
      connectionString: server.url.replace('postgres@', `${role}@`),
      max: 30,
      // Whoever may not log in any more leaves nothing behind.
      allowExitOnIdle: true,
      ...options,
    })
    // A server that is stopped ends idle connections.
    pool.on('error', () => undefined)
    pools.push(pool)
    return pool
  }
  return {
    server,
    owner: as('postgres'),
    as,
    async close() {
      await Promise.all(pools.filter(({ ended }) => !ended).map((pool) => pool.end()))
      await server.stop()
    },
  }
}
