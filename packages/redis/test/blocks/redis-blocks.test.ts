import { type Blocklist, blocklist } from '@ashlar/ratelimit'
import { blocksContract } from '@ashlar/ratelimit/contract'
import { testRequest } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'

import { redisBlocks } from '../../src/index.ts'
import { onEveryClient } from '../support/clients.ts'

onEveryClient((clients) => {
  blocksContract({ describe, test, expect }, () => {
    const { one, other } = clients()
    return { one: redisBlocks({ redis: one }), other: redisBlocks({ redis: other }) }
  })

  test('another instance obeys within a second', async () => {
    const { one, other } = clients()
    const [here, there] = [one, other].map((redis) => blocklist({ store: redisBlocks({ redis }) })) as [
      Blocklist,
      Blocklist,
    ]
    const kind = async () => (await there.addresses.check(testRequest({ address: '203.0.113.9' }), {})).kind
    expect(await kind()).toBe('allow')
    const begin = performance.now()
    await here.block('203.0.113.0/24', { for: '1m' })
    while ((await kind()) === 'allow') await new Promise((resolve) => setImmediate(resolve))
    expect(performance.now() - begin).toBeLessThan(1000)
    await here.unblock('203.0.113.0/24')
    while ((await kind()) === 'deny') await new Promise((resolve) => setImmediate(resolve))
    await Promise.all([here.close(), there.close()])
  })

  test('blocks that ended long ago are deleted', async () => {
    const { one, plain } = clients()
    const store = redisBlocks({ redis: one })
    await store.put({ target: 'address 192.0.2.1', until: Date.now() - 4_000_000 })
    await store.put({ target: 'address 192.0.2.2', until: undefined })
    await store.load()
    expect(await store.load()).toEqual([{ target: 'address 192.0.2.2', until: undefined }])
    expect(await plain.dbsize()).toBe(1)
  })

  test('a block that was set anew while the old one was deleted stays', async () => {
    const { one } = clients()
    const target = 'address 192.0.2.1'
    const store = redisBlocks({ redis: one })
    await store.put({ target, until: Date.now() - 4_000_000 })
    await Promise.all([store.load(), store.put({ target, until: undefined })])
    expect(await store.load()).toEqual([{ target, until: undefined }])
  })
})
