import { beforeAll } from '@jest/globals'
import type pg from 'pg'

import { migrate, type Tables } from '../../src/index.ts'
import { type DatabaseKind, eachDatabase } from './each-database.ts'

export interface Database {
  /** Of the owner of the tables. */
  readonly owner: pg.Pool
  /** Of a role that has only what the grants say. */
  readonly pool: pg.Pool
  /** Of the same role, as another process would have it. */
  readonly other: pg.Pool
}

/** Runs a suite on every kind of database that has these tables. */
export function onDatabase(
  tables: readonly Tables[],
  body: (database: () => Database, kind: DatabaseKind) => void,
): void {
  eachDatabase('on PostgreSQL', (opened, kind) => {
    let database: Database
    beforeAll(async () => {
      const { owner, as } = opened()
      await migrate(owner, ...tables)
      await owner.query('CREATE ROLE app LOGIN')
      for (const { grants } of tables) await owner.query(grants('app'))
      database = { owner, pool: as('app'), other: as('app') }
    }, 60_000)
    body(() => database, kind)
  })
}
