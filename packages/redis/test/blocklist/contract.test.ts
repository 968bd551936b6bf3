import { type Blocklist, blocklist } from '@ashlar/ratelimit'
import { blocklistStoreContract } from '@ashlar/ratelimit/contract'
import { type RedisServer, redisServer, testRequest, withService } from '@ashlar/testkit'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Redis } from 'ioredis'

import { redisBlocks } from '../../src/index.ts'

withService('redis', describe)('the blocklist on Redis', () => {
  let server: RedisServer
  let redis: Redis
  beforeAll(async () => {
    server = await redisServer()
    redis = new Redis(server.url)
  })
  afterAll(async () => {
    redis.disconnect()
    await server.stop()
  })

  blocklistStoreContract({ test }, { store: () => redisBlocks({ redis, namespace: 'contract' }) })

  test('another instance obeys within a second', async () => {
    const [here, there] = [0, 1].map(() => blocklist({ store: redisBlocks({ redis }) })) as [Blocklist, Blocklist]
    const verdict = () => there.guard.check(testRequest({ address: '203.0.113.9' }), {}) as { kind: string }
    expect(verdict().kind).toBe('allow')
    const begin = performance.now()
    await here.block('203.0.113.0/24', { forMs: 60_000 })
    while (verdict().kind === 'allow') await new Promise((resolve) => setImmediate(resolve))
    expect(performance.now() - begin).toBeLessThan(1000)
    await here.unblock('203.0.113.0/24')
    while (verdict().kind === 'deny') await new Promise((resolve) => setImmediate(resolve))
    here.close()
    there.close()
  })

  test('blocks that ended long ago are deleted', async () => {
    await redis.hset('old:blocks', 'address 192.0.2.1', String(Date.now() - 4_000_000))
    await redisBlocks({ redis, namespace: 'old' }).load()
    expect(await redis.hlen('old:blocks')).toBe(0)
  })
})
