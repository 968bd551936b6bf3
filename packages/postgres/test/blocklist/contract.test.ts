import { blocklistStoreContract } from '@ashlar/ratelimit/contract'
import { type PostgresServer, postgresServer, withService } from '@ashlar/testkit'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import pg from 'pg'

import { postgresBlocklistStore } from '../../src/index.ts'

withService('postgres', describe)('the blocklist on PostgreSQL', () => {
  let server: PostgresServer
  let pool: pg.Pool
  beforeAll(async () => {
    server = await postgresServer()
    pool = new pg.Pool({ connectionString: server.url })
    pool.on('error', () => {})
    await Promise.all(Array.from({ length: 4 }, () => postgresBlocklistStore(pool).migrate()))
  })
  afterAll(async () => {
    await pool.end()
    await server.stop()
  })

  blocklistStoreContract({ test }, { store: () => postgresBlocklistStore(pool) })

  test('does not load what has ended', async () => {
    const store = postgresBlocklistStore(pool)
    await store.put({ target: 'address 192.0.2.7', until: Date.now() - 1000 })
    expect(await store.load()).toEqual([])
  })

  test('a table is named by a name', () => {
    expect(() => postgresBlocklistStore(pool, { table: 'a b' })).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION_INVALID' }),
    )
  })
})
