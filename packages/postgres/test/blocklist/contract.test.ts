import { blocklistStoreContract } from '@ashlar/ratelimit/contract'
import { type PostgresServer, postgresServer, withService } from '@ashlar/testkit'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import pg from 'pg'

import { postgresBlocks } from '../../src/index.ts'

withService('postgres', describe)('the blocklist on PostgreSQL', () => {
  let server: PostgresServer
  let pool: pg.Pool
  beforeAll(async () => {
    server = await postgresServer()
    pool = new pg.Pool({ connectionString: server.url })
    pool.on('error', () => {})
    await Promise.all(Array.from({ length: 4 }, () => postgresBlocks({ pool }).migrate()))
  })
  afterAll(async () => {
    await pool.end()
    await server.stop()
  })

  blocklistStoreContract({ test }, { store: () => postgresBlocks({ pool }) })

  test('does not load what has ended', async () => {
    const store = postgresBlocks({ pool })
    await store.put({ target: 'address 192.0.2.7', until: Date.now() - 1000 })
    expect(await store.load()).toEqual([])
  })

  test('a table is named by a name', () => {
    expect(() => postgresBlocks({ pool, table: 'a b' })).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION_INVALID' }),
    )
  })
})
