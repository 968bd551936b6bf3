import type { Principal } from '@ashlar/core'
import { protect as protectExpress } from '@ashlar/express'
import { protect as protectKoa } from '@ashlar/koa'
import { recordEvents, testRequest, testServer } from '@ashlar/testkit'
import { afterEach, describe, expect, jest, test } from '@jest/globals'
import express from 'express'
import Koa from 'koa'

import {
  type Blocklist,
  type BlocklistOptions,
  type BlockOptions,
  blocklist,
  fixedWindow,
  memoryBlocks,
  rateLimit,
} from '../../src/index.ts'

afterEach(() => void jest.useRealTimers())

function kindFor(list: Blocklist, address: string): string {
  return (list.addresses.check(testRequest({ address }), {}) as { kind: string }).kind
}

test('refuses blocked addresses with 403 in Express and in Koa', async () => {
  const list = blocklist()
  await list.block('127.0.0.1')
  const apps = [express().use(protectExpress(list.addresses)), new Koa().use(protectKoa(list.addresses)).callback()]
  for (const app of apps) {
    const server = await testServer(app)
    const refused = await server.call('/')
    expect(refused.status).toBe(403)
    expect(refused.json()).toMatchObject({ code: 'blocked' })
    await list.unblock('127.0.0.1')
    expect((await server.call('/')).status).toBe(404)
    await list.block('127.0.0.1')
    await server.close()
  }
})

describe('what is blocked', () => {
  test.each([
    ['192.0.2.1', ['192.0.2.1', '::ffff:192.0.2.1'], ['192.0.2.2', '2001:db8::1']],
    ['192.0.2.0/25', ['192.0.2.0', '192.0.2.127'], ['192.0.2.128', '192.0.3.1', '2001:db8::1']],
    ['192.0.2.77/24', ['192.0.2.1'], ['192.0.3.1']],
    ['0.0.0.0/1', ['127.0.0.1'], ['128.0.0.1']],
    ['192.0.2.9/32', ['192.0.2.9'], ['192.0.2.8']],
    ['2001:db8::/32', ['2001:db8::1', '2001:db8:ffff::'], ['2001:db9::1', '192.0.2.1']],
    ['2001:db8:0:ab00::/56', ['2001:db8:0:abff::1'], ['2001:db8:0:ac00::1']],
    ['2001:DB8::1', ['2001:db8::1'], ['2001:db8::2']],
    ['::ffff:192.0.2.0/120', ['192.0.2.9'], ['192.0.3.1', '2001:db8::1']],
  ])('%s', async (target, inside, outside) => {
    const list = blocklist()
    await list.block(target)
    for (const address of inside) expect([address, kindFor(list, address)]).toEqual([address, 'deny'])
    for (const address of outside) expect([address, kindFor(list, address)]).toEqual([address, 'allow'])
    await list.unblock(target)
    for (const address of inside) expect(kindFor(list, address)).toBe('allow')
    expect(list.entries()).toEqual([])
  })

  test('a principal, by issuer and subject', async () => {
    const list = blocklist()
    await list.block({ subject: 'mallory', issuer: 'https://issuer.example' })
    const kindOf = (subject: string, issuer?: string) =>
      (list.principals.check(testRequest(), { principal: { subject, issuer } as Principal }) as { kind: string }).kind
    expect(kindOf('mallory', 'https://issuer.example')).toBe('deny')
    expect(kindOf('mallory')).toBe('allow')
    expect(kindOf('alice', 'https://issuer.example')).toBe('allow')
    expect(list.principals.needs).toEqual(['principal'])
  })

  test('a block ends by itself', async () => {
    jest.useFakeTimers()
    const list = blocklist()
    await list.block('192.0.2.1', { for: '1s' })
    expect(list.entries()).toHaveLength(1)
    jest.advanceTimersByTime(999)
    expect(kindFor(list, '192.0.2.1')).toBe('deny')
    jest.advanceTimersByTime(1)
    expect(kindFor(list, '192.0.2.1')).toBe('allow')
    expect(list.entries()).toEqual([])
  })
})

test('callers that a limit refuses again and again are blocked, in the store as well', async () => {
  const recorder = recordEvents()
  const store = memoryBlocks()
  const list = blocklist({ store, automatic: { refusals: 3, for: '1m' } })
  const limit = rateLimit({ policy: fixedWindow({ limit: 1, window: '1d' }), blocklist: list })
  for (let call = 0; call < 4; call++) limit.check(testRequest({ address: '192.0.2.1' }), {})
  expect(kindFor(list, '192.0.2.1')).toBe('deny')
  expect(kindFor(list, '192.0.2.2')).toBe('allow')
  await new Promise((resolve) => setImmediate(resolve))
  expect(await store.load()).toEqual([{ target: 'address 192.0.2.1', until: expect.any(Number) }])
  expect(recorder.events).toMatchObject([{ name: 'blocklist_added', outcome: 'success' }])
  recorder.stop()
  await list.close()
})

test('what is done is told: of whom, and whether it is stored', async () => {
  const recorder = recordEvents()
  const down = () => Promise.reject(new Error('down'))
  const lists = [
    blocklist(),
    blocklist({ store: { load: async () => [], put: down, remove: down }, onError() {} }),
  ] as const
  await lists[0].block('192.0.2.7/24')
  await lists[0].unblock({ subject: 'mallory', issuer: 'https://i' })
  const unavailable = { code: 'ERR_DEPENDENCY_UNAVAILABLE' }
  await expect(lists[1].block('192.0.2.1')).rejects.toMatchObject(unavailable)
  await expect(lists[1].unblock('192.0.2.1')).rejects.toMatchObject(unavailable)
  recorder.stop()
  await Promise.all(lists.map((list) => list.close()))
  expect(recorder.events.filter(({ name }) => name.startsWith('blocklist'))).toMatchObject([
    { name: 'blocklist_added', outcome: 'success', object: { kind: 'network', id: '192.0.2.0/24' } },
    { name: 'blocklist_removed', outcome: 'success', subject: { subject: 'mallory', issuer: 'https://i' } },
    { name: 'blocklist_added', outcome: 'failure', object: { kind: 'address', id: '192.0.2.1' } },
    { name: 'blocklist_removed', outcome: 'failure' },
  ])
})

test.each<[unknown, string]>([
  [{ forMs: 1000 }, 'ERR_OPTION_UNKNOWN'],
  [{ for: 1000 }, 'ERR_OPTION_INVALID'],
  [{ for: '0ms' }, 'ERR_OPTION_INVALID'],
  [{ for: '-1s' }, 'ERR_OPTION_INVALID'],
  ['15m', 'ERR_OPTION_INVALID'],
  [null, 'ERR_OPTION_INVALID'],
])('block(target, %p): %s, and nobody is blocked', async (options, code) => {
  const list = blocklist()
  await expect(list.block('192.0.2.1', options as BlockOptions)).rejects.toMatchObject({ code })
  expect(list.entries()).toEqual([])
})

test('each instance obeys what another has blocked at its next reading', async () => {
  jest.useFakeTimers()
  const store = memoryBlocks()
  const [here, there] = [blocklist({ store }), blocklist({ store })]
  expect(kindFor(there, '192.0.2.1')).toBe('allow')
  await here.block('192.0.2.1')
  await jest.advanceTimersByTimeAsync(500)
  expect(kindFor(there, '192.0.2.1')).toBe('deny')
  await there.unblock('192.0.2.1')
  await jest.advanceTimersByTimeAsync(500)
  expect(kindFor(here, '192.0.2.1')).toBe('allow')
  await Promise.all([here.close(), there.close()])
  expect(jest.getTimerCount()).toBe(0)
})

test.each<[object, string]>([
  [{ refreshEvery: '1s' }, 'ERR_OPTION_INVALID'],
  [{ refreshEvery: 500 }, 'ERR_OPTION_INVALID'],
  [{ refreshMs: 500 }, 'ERR_OPTION_UNKNOWN'],
  [{ store: {} }, 'ERR_OPTION_INVALID'],
  [{ store: { load() {} } }, 'ERR_OPTION_INVALID'],
  [{ onStoreLoss: 'local' }, 'ERR_OPTION_INVALID'],
  [{ automatic: { refusal: 5 } }, 'ERR_OPTION_UNKNOWN'],
  [{ automatic: true }, 'ERR_OPTION_INVALID'],
  [{ clock: {} }, 'ERR_OPTION_INVALID'],
  [{ stor: undefined }, 'ERR_OPTION_UNKNOWN'],
])('%p: %s', (options, code) => {
  expect(() => blocklist(options as BlocklistOptions)).toThrow(expect.objectContaining({ code }))
})
