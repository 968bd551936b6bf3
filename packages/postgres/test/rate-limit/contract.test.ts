import { fixedWindow, tokenBucket } from '@ashlar/ratelimit'
import { rateLimitStoreContract } from '@ashlar/ratelimit/contract'
import { type PostgresServer, postgresServer, withService } from '@ashlar/testkit'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import pg from 'pg'

import { postgresRateLimits } from '../../src/index.ts'

withService('postgres', describe)('the rate-limit store on PostgreSQL', () => {
  let server: PostgresServer
  let pool: pg.Pool
  beforeAll(async () => {
    server = await postgresServer()
    pool = new pg.Pool({ connectionString: server.url, max: 10 })
    // A server that stops tells its idle connections so.
    pool.on('error', () => {})
    const stores = Array.from({ length: 4 }, () => postgresRateLimits({ pool }))
    await Promise.all(stores.map((store) => store.migrate()))
  })
  afterAll(async () => {
    await pool.end()
    await server.stop()
  })

  rateLimitStoreContract({ describe, test }, { store: () => postgresRateLimits({ pool }) })

  test('prune removes the records of keys that owe nothing, and no other', async () => {
    const store = postgresRateLimits({ pool, table: 'pruned', durable: true })
    await store.migrate()
    const ledger = store.open({ name: 'prune', policies: [tokenBucket({ capacity: 10, refillPerSecond: 1 })] })
    await ledger.take('owes', 10)
    await ledger.take('owed', 1)
    await pool.query(`update pruned set expires_at = now() - interval '1 second' where key = 'prune:owed'`)
    await store.prune()
    const { rows } = await pool.query('select key from pruned')
    expect(rows).toEqual([{ key: 'prune:owes' }])
  })

  test('one statement a decision', async () => {
    const statements: unknown[] = []
    const counting = {
      query: (query: { text: string; values: unknown[] }) => {
        statements.push(query.text)
        return pool.query(query)
      },
    }
    const ledger = postgresRateLimits({ pool: counting }).open({
      name: 'counted',
      policies: [fixedWindow({ limit: 1, window: 'day' })],
    })
    await ledger.take('key', 1)
    await ledger.take('key', 1)
    expect(statements).toHaveLength(2)
  })

  test.each(['Robert; drop table', 'UPPER', '"quoted"', 'a.b.c', ''])('a table cannot be named %p', (table) => {
    expect(() => postgresRateLimits({ pool, table })).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
  })
})
