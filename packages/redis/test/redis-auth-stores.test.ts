import { apiKeyStoreContract, revocationStoreContract, sessionStoreContract } from '@ashlar/auth/contract'
import { replaysContract } from '@ashlar/core/contract'
import { type RedisServer, redisServer, withService } from '@ashlar/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { Redis } from 'ioredis'

import { redisApiKeys, redisReplays, redisRevocations, redisSessions } from '../src/index.ts'

withService('redis', describe)('on Redis', () => {
  let server: RedisServer
  let redis: Redis
  beforeAll(async () => {
    server = await redisServer()
    redis = new Redis(server.url)
  })
  beforeEach(() => redis.flushall())
  afterAll(async () => {
    redis.disconnect()
    await server.stop()
  })

  describe('API keys', () => {
    apiKeyStoreContract({ test, expect }, async () => ({ store: redisApiKeys({ redis }), close: async () => {} }))

    test('find is one round trip, and Redis holds no key', async () => {
      const keys = redisApiKeys({ redis })
      const before = await commands()
      await keys.find('hash')
      expect((await commands()) - before).toBe(2)
    })

    /** Counts INFO itself as well. */
    async function commands(): Promise<number> {
      return Number(/total_commands_processed:(\d+)/.exec(await redis.info('stats'))![1])
    }
  })

  describe('revocations', () => {
    revocationStoreContract({ test, expect }, async () => {
      const second = redis.duplicate()
      return {
        one: redisRevocations({ redis }),
        other: redisRevocations({ redis: second }),
        close: async () => second.disconnect(),
      }
    })

    test('more than one batch is read at once', async () => {
      const store = redisRevocations({ redis })
      const until = Date.now() + 60_000
      await Promise.all(
        Array.from({ length: 2500 }, (_, id) => store.add({ kind: 'token', issuer: 'i', id: String(id), until })),
      )
      expect((await store.since(undefined)).revocations.length).toBe(2500)
    })

    test('what must be kept longer than anything is kept is refused, not forgotten', async () => {
      const store = redisRevocations({ redis, retentionSeconds: 60 })
      const until = Date.now() + 61_000
      await expect(store.add({ kind: 'token', issuer: 'i', id: 'a', until })).rejects.toMatchObject({
        code: 'ERR_OPTION_INVALID',
      })
    })
  })

  replaysContract({ describe, test, expect }, () => ({ one: redisReplays({ redis }), other: redisReplays({ redis }) }))

  describe('sessions', () => {
    sessionStoreContract({ test, expect }, async () => ({
      one: redisSessions({ redis }),
      other: redisSessions({ redis }),
      close: async () => {},
    }))

    test('nothing is left when the last session of a subject is over', async () => {
      const [authenticatedAt, end] = [Date.now(), Date.now() + 20]
      const record = { id: 'i', subject: 's', roles: [], scopes: [], authenticatedAt, expiresAt: end, seenAt: 0 }
      await redisSessions({ redis }).insert('hash', record, end)
      while ((await redis.dbsize()) > 0) await new Promise((resolve) => setImmediate(resolve))
    })
  })

  test('a name of the app’s own keeps apps apart', async () => {
    const until = Date.now() + 60_000
    await redisRevocations({ redis, namespace: 'one' }).add({ kind: 'token', issuer: 'i', id: 'a', until })
    expect((await redisRevocations({ redis, namespace: 'two' }).since(undefined)).revocations).toEqual([])
  })
})
