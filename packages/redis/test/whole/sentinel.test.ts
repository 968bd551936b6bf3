import { type RedisSentinel, type RedisServer, redisSentinel, redisServer, withService } from '@ashlar/testkit'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { Redis } from 'ioredis'
import { createSentinel } from 'redis'
import { createSentinel as createSentinel6 } from 'redis-v6'

import { type RedisClient, redisReplays } from '../../src/index.ts'

jest.setTimeout(60_000)

const NAME = 'watched'

withService('redis', describe)('Redis whose server is lost, and replaced by a sentinel', () => {
  let [server, replica]: (RedisServer | undefined)[] = []
  let sentinel: RedisSentinel
  let close: () => unknown
  beforeEach(async () => {
    server = await redisServer()
    replica = await redisServer({ args: ['--replicaof', '127.0.0.1', String(server.port)] })
    const plain = new Redis(replica.url)
    while (!(await plain.info('replication')).includes('master_link_status:up')) await turn()
    plain.disconnect()
    sentinel = await redisSentinel({ watches: server.port, name: NAME })
    const asked = new Redis(`redis://127.0.0.1:${sentinel.port}`)
    while (((await asked.call('SENTINEL', 'replicas', NAME)) as unknown[]).length === 0) await turn()
    asked.disconnect()
  })
  afterEach(async () => {
    await close()
    await sentinel.stop()
    for (const each of [server, replica]) await each?.stop()
  })

  const turn = () => new Promise((resolve) => setImmediate(resolve))
  const root = () => ({ host: '127.0.0.1', port: sentinel.port })

  test.each<[string, () => RedisClient | Promise<RedisClient>]>([
    [
      'ioredis',
      () => {
        const redis = new Redis({ sentinels: [root()], name: NAME, maxRetriesPerRequest: 0 })
        redis.on('error', () => undefined)
        close = () => redis.disconnect()
        return redis
      },
    ],
    [
      'node-redis 5',
      async () => {
        const redis = createSentinel({ name: NAME, sentinelRootNodes: [root()] })
        redis.on('error', () => undefined)
        close = () => redis.destroy()
        return redis.connect()
      },
    ],
    [
      'node-redis 6',
      async () => {
        const redis = createSentinel6({ name: NAME, sentinelRootNodes: [root()] })
        redis.on('error', () => undefined)
        close = () => redis.destroy()
        return redis.connect()
      },
    ],
  ])('%s finds the new one, which knows what was copied', async (_, open) => {
    const replays = redisReplays({ redis: await open() })
    const until = Date.now() + 600_000
    expect(await replays.claim('copied', until)).toBe(true)
    const plain = new Redis(replica!.url)
    while ((await plain.dbsize()) === 0) await turn()
    plain.disconnect()
    await server!.kill()
    let answer: boolean | undefined
    while (answer === undefined) {
      answer = await Promise.resolve(replays.claim(`new ${Math.random()}`, until)).catch(() => undefined)
      await turn()
    }
    expect([answer, await replays.claim('copied', until)]).toEqual([true, false])
  })
})
