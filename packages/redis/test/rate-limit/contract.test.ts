import { rateLimitStoreContract } from '@ashlar/ratelimit/contract'
import { type RedisServer, redisServer, withService } from '@ashlar/testkit'
import { afterAll, beforeAll, describe, test } from '@jest/globals'
import { Redis } from 'ioredis'

import { redisRateLimits } from '../../src/index.ts'

withService('redis', describe)('the rate-limit store on Redis', () => {
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

  describe('every decision by the server', () => {
    rateLimitStoreContract({ describe, test }, { store: () => redisRateLimits({ redis }) })
  })

  describe('with leases', () => {
    rateLimitStoreContract({ describe, test }, { store: () => redisRateLimits({ redis, lease: { size: 4 } }) })
  })
})
