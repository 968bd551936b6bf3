import { fixedWindow, tokenBucket } from '@ashlar/ratelimit'
import { rateLimitsContract } from '@ashlar/ratelimit/contract'
import { describe, expect, test } from '@jest/globals'

import { postgresRateLimits, rateLimitTables } from '../../src/index.ts'
import { onDatabase } from '../support/database.ts'

const durable = { table: 'security.user', durable: true }

onDatabase([rateLimitTables(), rateLimitTables(durable)], (database) => {
  describe.each([{}, { table: 'security.user' }])('in %j', (where) => {
    rateLimitsContract({ describe, test, expect }, () => ({
      store: postgresRateLimits({ ...where, pool: database().pool }),
    }))
  })

  test('a client without prepared statements will do', async () => {
    const { pool } = database()
    const store = postgresRateLimits({ pool: { query: (text, values) => pool.query(text, values) } })
    const ledger = store.open({ name: 'plain', policies: [fixedWindow({ limit: 1, window: '1d' })] })
    expect([(await ledger.take('key', 1)).admitted, (await ledger.take('key', 1)).admitted]).toEqual([true, false])
  })

  test('prune removes the records of keys that owe nothing, and no other', async () => {
    const { pool, owner } = database()
    const store = postgresRateLimits({ pool, table: 'security.user' })
    await owner.query('TRUNCATE security."user"')
    const ledger = store.open({ name: 'prune', policies: [tokenBucket({ capacity: 10, refillPerSecond: 1 })] })
    await ledger.take('owes', 10)
    await ledger.take('owed', 1)
    const past = `UPDATE security."user" SET expires_at = now() - interval '1 second' WHERE key = 'prune:owed'`
    expect((await owner.query(past)).rowCount).toBe(1)
    await store.prune()
    expect((await owner.query('SELECT key FROM security."user"')).rows).toEqual([{ key: 'prune:owes' }])
  })

  test('one statement a decision, prepared once on a connection', async () => {
    const statements: object[] = []
    const { pool } = database()
    const counting = {
      query: (query: object) => {
        statements.push(query)
        return pool.query(query as never)
      },
      connect: () => pool.connect(),
    }
    const ledger = postgresRateLimits({ pool: counting as never }).open({
      name: 'counted',
      policies: [fixedWindow({ limit: 1, window: '1d' })],
    })
    await ledger.take('key', 1)
    await ledger.take('key', 1)
    expect(statements).toEqual([1, 2].map(() => expect.objectContaining({ name: expect.stringMatching(/^ashlar /) })))
  })
})
