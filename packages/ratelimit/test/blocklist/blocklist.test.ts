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
  blocklist,
  fixedWindow,
  memoryBlocks,
  rateLimit,
} from '../../src/index.ts'

afterEach(() => void jest.useRealTimers())

function kindFor(list: Blocklist, address: string): string {
  return (list.guard.check(testRequest({ address }), {}) as { kind: string }).kind
}

test('refuses blocked addresses with 403 in Express and in Koa', async () => {
  const list = blocklist()
  await list.block('127.0.0.1')
  const apps = [express().use(protectExpress(list.guard)), new Koa().use(protectKoa(list.guard)).callback()]
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

  test.each([
    '',
    'example.org',
    '192.0.2.1/33',
    '192.0.2.1/-1',
    '192.0.2.1/8/8',
    '2001:db8::/129',
    '::ffff:1.2.3.4/8',
    'x/8',
    'loopback',
  ])('%p is refused as a target', async (target) => {
    await expect(blocklist().block(target)).rejects.toMatchObject({ code: 'ERR_OPTION_INVALID' })
  })

  test.each(['0.0.0.0/0', '::/0', '::ffff:1.2.3.4/96'])('%s would block everybody', async (target) => {
    await expect(blocklist().block(target)).rejects.toMatchObject({ code: 'ERR_OPTION_UNSAFE' })
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
    await list.block('192.0.2.1', { forMs: 1000 })
    expect(list.entries()).toHaveLength(1)
    jest.advanceTimersByTime(999)
    expect(kindFor(list, '192.0.2.1')).toBe('deny')
    jest.advanceTimersByTime(1)
    expect(kindFor(list, '192.0.2.1')).toBe('allow')
    expect(list.entries()).toEqual([])
  })
})

test('an address that is refused again and again is blocked for a while', async () => {
  const recorder = recordEvents()
  const store = memoryBlocks()
  const list = blocklist({ store, automatic: { refusals: 3, forMs: 60_000 } })
  const limit = rateLimit({ policy: fixedWindow({ limit: 1, window: 'day' }), blocklist: list })
  const refused = (address: string) => limit.check(testRequest({ address }), {})
  for (let call = 0; call < 3; call++) refused('192.0.2.1')
  expect(kindFor(list, '192.0.2.1')).toBe('allow')
  refused('192.0.2.1')
  expect(kindFor(list, '192.0.2.1')).toBe('deny')
  expect(kindFor(list, '192.0.2.2')).toBe('allow')
  for (const host of ['::1', '::2', '::3', '::4']) refused(`2001:db8:0:ab00${host}`)
  expect(kindFor(list, '2001:db8:0:abcd::5')).toBe('deny')
  expect((await store.load()).map(({ target }) => target)).toEqual([
    'address 192.0.2.1',
    expect.stringMatching(/^network 2001:db8/),
  ])
  expect(recorder.events.filter(({ name }) => name === 'blocklist_added')).toHaveLength(2)
  recorder.stop()
  list.close()
})

test('a block or a lift that the store did not take is told as a failure', async () => {
  const recorder = recordEvents()
  const down = () => Promise.reject(new Error('down'))
  const list = blocklist({ store: { load: async () => [], put: down, remove: down } })
  await expect(list.block('192.0.2.1')).rejects.toThrow('down')
  await expect(list.unblock('192.0.2.1')).rejects.toThrow('down')
  recorder.stop()
  list.close()
  expect(recorder.events).toMatchObject([
    { name: 'blocklist_added', outcome: 'failure' },
    { name: 'blocklist_removed', outcome: 'failure' },
  ])
})

describe('several instances over one store', () => {
  test('each obeys what another has blocked at its next reading', async () => {
    jest.useFakeTimers()
    const store = memoryBlocks()
    const [here, there] = [blocklist({ store }), blocklist({ store })]
    await here.block('192.0.2.1')
    await jest.advanceTimersByTimeAsync(500)
    expect(kindFor(there, '192.0.2.1')).toBe('deny')
    await there.unblock('192.0.2.1')
    await jest.advanceTimersByTimeAsync(500)
    expect(kindFor(here, '192.0.2.1')).toBe('allow')
    here.close()
    there.close()
    expect(jest.getTimerCount()).toBe(0)
  })

  test('what was known stays in force while the store is lost, and both ends of that are told', async () => {
    jest.useFakeTimers()
    const recorder = recordEvents()
    const memory = memoryBlocks()
    await memory.put({ target: 'address 192.0.2.1', until: undefined })
    let down = false
    const load = () => (down ? Promise.reject(new Error('down')) : memory.load())
    const list = blocklist({ store: { ...memory, load } })
    await jest.advanceTimersByTimeAsync(500)
    down = true
    await jest.advanceTimersByTimeAsync(2000)
    expect(kindFor(list, '192.0.2.1')).toBe('deny')
    await expect(list.refresh()).rejects.toThrow('down')
    down = false
    await jest.advanceTimersByTimeAsync(500)
    expect(recorder.events).toMatchObject([
      { name: 'rate_limit_store_lost', by: 'blocklist', outcome: 'failure' },
      { name: 'rate_limit_store_restored', by: 'blocklist', outcome: 'success' },
    ])
    recorder.stop()
    list.close()
  })
})

test.each<[object, string]>([
  [{ refreshMs: 1000 }, 'ERR_OPTION_INVALID'],
  [{ refreshMs: Number.NaN }, 'ERR_OPTION_INVALID'],
  [{ store: {} }, 'ERR_OPTION_INVALID'],
  [{ automatic: { refusals: 0 } }, 'ERR_OPTION_INVALID'],
  [{ automatic: { forMs: -1 } }, 'ERR_OPTION_INVALID'],
  [{ automatic: { refusal: 5 } }, 'ERR_OPTION_UNKNOWN'],
  [{ stor: undefined }, 'ERR_OPTION_UNKNOWN'],
])('%p: %s', (options, code) => {
  expect(() => blocklist(options as BlocklistOptions)).toThrow(expect.objectContaining({ code }))
})
