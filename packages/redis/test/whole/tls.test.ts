import { type RedisServer, redisServer, withService } from '@ashlar/testkit'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { createClient as createClient6 } from 'redis-v6'

import { type RedisClient, redisReplays } from '../../src/index.ts'

withService('redis', describe)('Redis by TLS', () => {
  let server: RedisServer
  const open: (() => unknown)[] = []
  beforeAll(async () => {
    server = await redisServer({ tls: true })
  })
  afterEach(() => {
    for (const close of open.splice(0)) close()
  })
  afterAll(() => server.stop())

  async function claim(redis: RedisClient, id: string): Promise<boolean> {
    return redisReplays({ redis, requireTls: true }).claim(id, Date.now() + 60_000)
  }

  function ioredis(ca: string | undefined): Redis {
    const redis = new Redis({
      host: 'localhost',
      port: server.tlsPort,
      tls: { ...(ca && { ca }) },
      retryStrategy: null,
    })
    redis.on('error', () => undefined)
    open.push(() => redis.disconnect())
    return redis
  }

  async function nodeRedis(create: typeof createClient, ca: string | undefined): Promise<RedisClient> {
    const socket = { host: 'localhost', port: server.tlsPort, tls: true as const, ...(ca && { ca }) }
    const redis = create({ socket: { ...socket, reconnectStrategy: false } })
    redis.on('error', () => undefined)
    await redis.connect()
    open.push(() => redis.destroy())
    return redis
  }

  test('ioredis takes the certificate that it knows, and no other', async () => {
    expect(await claim(ioredis(server.certificate), 'ioredis')).toBe(true)
    await expect(claim(ioredis(undefined), 'ioredis')).rejects.toThrow()
  })

  test.each([
    ['5', createClient],
    ['6', createClient6 as unknown as typeof createClient],
  ])('node-redis %s takes the certificate that it knows, and no other', async (version, create) => {
    expect(await claim(await nodeRedis(create, server.certificate), version)).toBe(true)
    await expect(nodeRedis(create, undefined)).rejects.toThrow('self-signed certificate')
  })
})
