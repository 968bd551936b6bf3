import { revocationsContract } from '@ashlar/auth/contract'
import { describe, expect, test } from '@jest/globals'

import { redisRevocations } from '../../src/index.ts'
import { onEveryClient } from '../support/clients.ts'

onEveryClient((clients, title) => {
  revocationsContract({ describe, test, expect }, () => {
    const [one, other] = [clients().one, clients().other].map((redis) => redisRevocations({ redis })) as [
      ReturnType<typeof redisRevocations>,
      ReturnType<typeof redisRevocations>,
    ]
    return { one, other, close: () => Promise.all([one.close(), other.close()]).then(() => undefined) }
  })

  test('every client that lends a second connection is told at once', () => {
    expect(redisRevocations({ redis: clients().one }).watch !== undefined).toBe(
      !/pool|sentinels of node-redis/.test(title),
    )
  })

  test('a connection of its own is opened to listen, and closed', async () => {
    const { one, plain } = clients()
    const store = redisRevocations({ redis: one })
    if (!store.watch) return
    const listeners = async () => Number(((await plain.pubsub('NUMSUB', 'ashlar:{revocations}')) as unknown[])[1])
    store.watch(() => {})
    while ((await listeners()) === 0) await new Promise((resolve) => setImmediate(resolve))
    await store.close()
    while ((await listeners()) > 0) await new Promise((resolve) => setImmediate(resolve))
    store.watch(() => {})
    expect(await listeners()).toBe(0)
  })

  test('more than one batch is read at once', async () => {
    const store = redisRevocations({ redis: clients().one })
    const until = Date.now() + 60_000
    await Promise.all(
      Array.from({ length: 2500 }, (_, id) => store.add({ kind: 'token', issuer: 'i', id: String(id), until })),
    )
    expect((await store.since(undefined)).revocations.length).toBe(2500)
  })

  test('what must be kept longer than anything is kept is refused, not forgotten', async () => {
    const store = redisRevocations({ redis: clients().one, retention: '1m' })
    const until = Date.now() + 61_000
    await expect(store.add({ kind: 'token', issuer: 'i', id: 'a', until })).rejects.toMatchObject({
      code: 'ERR_OPTION_INVALID',
    })
  })

  test('a name of the app’s own keeps apps apart', async () => {
    const redis = clients().one
    const until = Date.now() + 60_000
    await redisRevocations({ redis, namespace: 'one' }).add({ kind: 'token', issuer: 'i', id: 'a', until })
    expect((await redisRevocations({ redis, namespace: 'two' }).since(undefined)).revocations).toEqual([])
  })
})
