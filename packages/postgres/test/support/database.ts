import { type PostgresServer, postgresServer, withService } from '@ashlar/testkit'
import { afterAll, beforeAll, describe } from '@jest/globals'
import pg from 'pg'

import { migrate, type Tables } from '../../src/index.ts'

export interface Database {
  readonly server: PostgresServer
  /** Of the owner of the tables. */
  readonly owner: pg.Pool
  /** Of a role that has only what the grants say. */
  readonly pool: pg.Pool
  /** Of the same role, as another process would have it. */
  readonly other: pg.Pool
}

/** Runs a suite on a server that has these tables. */
export function onDatabase(tables: readonly Tables[], body: (database: () => Database) => void): void {
  withService('postgres', describe)('on PostgreSQL', () => {
    let database: Database
    beforeAll(async () => {
      const server = await postgresServer()
      const poolOf = (connectionString: string, max: number): pg.Pool => {
        const pool = new pg.Pool({ connectionString, max })
        // A server that is stopped ends idle connections.
        pool.on('error', () => undefined)
        return pool
      }
      const owner = poolOf(server.url, 10)
      await migrate(owner, ...tables)
      await owner.query('CREATE ROLE app LOGIN')
      for (const { grants } of tables) await owner.query(grants('app'))
      const url = server.url.replace('postgres@', 'app@')
      database = { server, owner, pool: poolOf(url, 20), other: poolOf(url, 5) }
    }, 60_000)
    afterAll(async () => {
      const { server, owner, pool, other } = database
      await Promise.all([owner, pool, other].map((each) => each.end()))
      await server.stop()
    })
    body(() => database)
  })
}
