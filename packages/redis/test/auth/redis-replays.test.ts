import { replaysContract } from '@ashlar/core/contract'
import { describe, expect, test } from '@jest/globals'

import { redisReplays } from '../../src/index.ts'
import { onEveryClient } from '../support/clients.ts'

onEveryClient((clients) => {
  replaysContract({ describe, test, expect }, () => {
    const { one, other } = clients()
    return { one: redisReplays({ redis: one }), other: redisReplays({ redis: other }) }
  })
})
