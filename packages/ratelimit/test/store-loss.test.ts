import { protect } from '@ashlar/express'
import { type Recorder, recordEvents, testRequest, testServer } from '@ashlar/testkit'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import express from 'express'

import {
  copyTaken,
  fixedWindow,
  type Ledger,
  memoryRateLimits,
  type RateLimitOptions,
  type RateLimitStore,
  rateLimit,
} from '../src/index.ts'

/** A shared store that can be lost in several ways. */
function unsteadyStore() {
  const memory = memoryRateLimits()
  const control = { mode: 'up' as 'up' | 'rejects' | 'throws' | 'hangs', calls: 0 }
  const store: RateLimitStore = {
    shared: true,
    open(definition) {
      const ledger: Ledger = memory.open(definition)
      const answer = <T>(value: () => T): Promise<T> => {
        control.calls++
        if (control.mode === 'throws') throw new Error('down')
        if (control.mode === 'rejects') return Promise.reject(new Error('down'))
        if (control.mode === 'hangs') return new Promise(() => {})
        return Promise.resolve(value())
      }
      return {
        take: (key, cost) => answer(() => copyTaken(ledger.take(key, cost) as never)),
        adjust: (key, difference) => answer(() => void ledger.adjust(key, difference)),
      }
    },
  }
  return { control, store }
}

const policy = fixedWindow({ limit: 8, window: 'day' })
let recorder: Recorder
beforeEach(() => {
  recorder = recordEvents()
})
afterEach(() => {
  recorder.stop()
  jest.useRealTimers()
})

function askingWith(options: Partial<RateLimitOptions>) {
  const { control, store } = unsteadyStore()
  const guard = rateLimit({ policy, store, instances: 4, ...options })
  const ask = async () => (await guard.check(testRequest(), {})).kind
  return { control, ask, guard }
}

const changes = () =>
  recorder.events
    .filter(({ name }) => name.startsWith('rate_limit_store'))
    .map(({ name, outcome }) => `${name}: ${String(outcome)}`)

describe.each(['rejects', 'throws'] as const)('a store that %s', (how) => {
  test('local: this instance’s share, already warm, with an event at each change', async () => {
    const { control, ask } = askingWith({ storeRetryMs: 60_000 })
    expect(await ask()).toBe('allow')
    control.mode = how
    expect([await ask(), await ask(), await ask()]).toEqual(['allow', 'deny', 'deny'])
    expect(changes()).toEqual(['rate_limit_store_lost: failure'])
  })

  test('open: everything, closed: nothing', async () => {
    const open = askingWith({ onStoreLoss: 'open' })
    open.control.mode = how
    for (let call = 0; call < 20; call++) expect(await open.ask()).toBe('allow')
    const closed = askingWith({ onStoreLoss: 'closed' })
    closed.control.mode = how
    await expect(closed.ask()).rejects.toMatchObject({ code: 'ERR_DEPENDENCY_UNAVAILABLE' })
  })
})

test('a store that hangs is given up on after its time, once, and asked again now and then', async () => {
  jest.useFakeTimers()
  const { control, ask } = askingWith({ storeTimeoutMs: 100, storeRetryMs: 1000 })
  control.mode = 'hangs'
  const first = ask()
  await jest.advanceTimersByTimeAsync(100)
  expect(await first).toBe('allow')
  expect(control.calls).toBe(1)
  expect(await ask()).toBe('allow')
  expect(await ask()).toBe('deny')
  expect(control.calls).toBe(1)
  await jest.advanceTimersByTimeAsync(1000)
  control.mode = 'up'
  expect(await ask()).toBe('deny')
  expect(control.calls).toBe(2)
  await jest.advanceTimersByTimeAsync(0)
  expect(changes()).toEqual(['rate_limit_store_lost: failure', 'rate_limit_store_restored: success'])
  expect(await ask()).toBe('allow')
})

test('closed is 503 over HTTP', async () => {
  const reported = jest.spyOn(console, 'error').mockImplementation(() => {})
  const { control, guard } = askingWith({ onStoreLoss: 'closed' })
  control.mode = 'rejects'
  const server = await testServer(express().use(protect(guard)))
  expect((await server.call('/')).status).toBe(503)
  expect((await server.call('/')).status).toBe(503)
  await server.close()
  reported.mockRestore()
})

test('a settlement that the store does not take is let go of', async () => {
  const { control, guard } = askingWith({ settle: () => 0 })
  const verdict = await guard.check(testRequest(), {})
  control.mode = 'rejects'
  await (verdict as unknown as { afterResponse(outcome: object): Promise<void> }).afterResponse({})
  expect(changes()).toEqual(['rate_limit_store_lost: failure'])
})

test('a shared store with local limits needs to know how many share it', () => {
  const { store } = unsteadyStore()
  expect(() => rateLimit({ policy, store })).toThrow(expect.objectContaining({ code: 'ERR_OPTION_MISSING' }))
  expect(() => rateLimit({ policy, store, onStoreLoss: 'closed' })).not.toThrow()
})
