import { sessionsContract } from '@ashlar/auth/contract'
import { describe, expect, test } from '@jest/globals'

import { redisSessions } from '../../src/index.ts'
import { onEveryClient } from '../support/clients.ts'

onEveryClient((clients) => {
  sessionsContract({ describe, test, expect }, () => {
    const { one, other } = clients()
    return { one: redisSessions({ redis: one }), other: redisSessions({ redis: other }) }
  })

  test('nothing is left when the last session of a subject is over', async () => {
    const { one, plain } = clients()
    const [authenticatedAt, end] = [Date.now(), Date.now() + 20]
    const record = { id: 'i', subject: 's', roles: [], scopes: [], authenticatedAt, expiresAt: end, seenAt: 0 }
    await redisSessions({ redis: one }).insert('hash', record, end)
    while ((await plain.dbsize()) > 0) await new Promise((resolve) => setImmediate(resolve))
  })
})
