import { apiKeysContract } from '@ashlar/auth/contract'
import { describe, expect, test } from '@jest/globals'

import { redisApiKeys } from '../../src/index.ts'
import { onEveryClient } from '../support/clients.ts'

onEveryClient((clients) => {
  apiKeysContract({ describe, test, expect }, () => ({ store: redisApiKeys({ redis: clients().one }) }))

  test('find is one command', async () => {
    const { one, plain } = clients()
    const commands = async () => Number(/total_commands_processed:(\d+)/.exec(await plain.info('stats'))![1])
    const keys = redisApiKeys({ redis: one })
    // What a client asks about itself, it has asked then.
    await keys.find('hash')
    const before = await commands()
    await keys.find('hash')
    // INFO itself is counted as well.
    expect((await commands()) - before).toBe(2)
  })

  test('what is revoked and replaced is the record that is found, wherever a client puts it', async () => {
    const keys = redisApiKeys({ redis: clients().one })
    const record = { environment: 'live', subject: 's', roles: [], scopes: [], createdAt: 1 }
    await keys.insert({ ...record, id: 'a', hash: 'hash-a' })
    await keys.insert({ ...record, id: 'b', hash: 'hash-b' })
    expect(await keys.revoke('a', 5)).toBe(true)
    expect(await keys.find('hash-a')).toMatchObject({ revokedAt: 5 })
    expect(await keys.replace('b', 9, { ...record, id: 'c', hash: 'hash-c' }, 6)).toBe(true)
    expect(await keys.find('hash-b')).toMatchObject({ expiresAt: 9 })
    expect((await keys.list('s')).length).toBe(3)
  })
})
