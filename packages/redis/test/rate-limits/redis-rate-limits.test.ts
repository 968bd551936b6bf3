import { rateLimitsContract } from '@ashlar/ratelimit/contract'
import { describe, expect, test } from '@jest/globals'

import { redisRateLimits } from '../../src/index.ts'
import { onEveryClient } from '../support/clients.ts'

onEveryClient((clients, title) => {
  describe('every decision by the server', () => {
    rateLimitsContract({ describe, test, expect }, () => ({ store: redisRateLimits({ redis: clients().one }) }))
  })

  if (title !== 'ioredis' && title !== 'node-redis 5') return
  describe('with leases', () => {
    rateLimitsContract({ describe, test, expect }, () => ({
      store: redisRateLimits({ redis: clients().one, lease: { size: 4 } }),
    }))
  })
})
