import { protect } from '@ashlar/express'
import { fakeClock, type Recorder, recordEvents, testRequest, testServer } from '@ashlar/testkit'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import express from 'express'

import {
  fixedWindow,
  type Ledger,
  memoryRateLimits,
  type RateLimitOptions,
  type RateLimitStore,
  rateLimit,
  tokenBucket,
} from '../src/index.ts'
import { copyTaken } from '../src/stores.ts'

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

const policy = fixedWindow({ limit: 8, window: '1d' })
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
  const errors: Error[] = []
  const onError = (error: unknown) => void errors.push(error as Error)
  const guard = rateLimit({ policy, store, instances: 4, onError, ...options })
  const ask = async () => (await guard.check(testRequest(), {})).kind
  return { control, ask, guard, errors }
}

const changes = () =>
  recorder.events
    .filter(({ name }) => name.startsWith('rate_limit_store'))
    .map(({ name, outcome }) => `${name}: ${String(outcome)}`)

describe.each(['rejects', 'throws'] as const)('a store that %s', (how) => {
  test('local: this instance’s share, already warm, with an event at each change', async () => {
    const { control, ask, errors } = askingWith({ storeRetry: '60s' })
    expect(await ask()).toBe('allow')
    control.mode = how
    expect([await ask(), await ask(), await ask()]).toEqual(['allow', 'deny', 'deny'])
    expect(changes()).toEqual(['rate_limit_store_lost: failure'])
    // With what the store said of it, and not once for each request.
    expect(errors).toEqual([
      expect.objectContaining({
        message: 'The store of rate limit default is lost (meanwhile: local).',
        cause: new Error('down'),
      }),
    ])
  })

  test('open: everything, closed: nothing', async () => {
    const open = askingWith({ onStoreLoss: 'open' })
    open.control.mode = how
    for (let call = 0; call < 20; call++) expect(await open.ask()).toBe('allow')
    const closed = askingWith({ onStoreLoss: 'closed' })
    closed.control.mode = how
    for (let call = 0; call < 20; call++) expect(await closed.ask()).toBe('deny')
    expect([open.errors, closed.errors].map(({ length }) => length)).toEqual([1, 1])
  })
})

test('a store that hangs is given up on after its time, once, and asked again now and then', async () => {
  jest.useFakeTimers()
  const { control, ask } = askingWith({ storeTimeout: '100ms', storeRetry: '1s' })
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

test('closed is 503 over HTTP, and no request is reported as a defect', async () => {
  const reported = jest.spyOn(console, 'error').mockImplementation(() => {})
  const { control, guard } = askingWith({ onStoreLoss: 'closed' })
  control.mode = 'rejects'
  const server = await testServer(express().use(protect(guard)))
  expect((await server.call('/')).status).toBe(503)
  expect((await server.call('/')).json()).toMatchObject({ code: 'dependency-unavailable' })
  await server.close()
  expect(reported).not.toHaveBeenCalled()
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

test('a clock that is set back does not put the next try off', async () => {
  const clock = fakeClock()
  const { control, ask } = askingWith({ clock, storeRetry: '1s' })
  control.mode = 'rejects'
  await ask()
  control.mode = 'up'
  clock.advance(-3_600_000)
  await ask()
  await new Promise((resolve) => setImmediate(resolve))
  expect(changes()).toEqual(['rate_limit_store_lost: failure', 'rate_limit_store_restored: success'])
})

test('the share of a limit that is nearly nothing is one, however many share it', async () => {
  const slow = tokenBucket({ capacity: 1, refillPerSecond: 1e-9 })
  const { control, ask } = askingWith({ policy: slow, instances: 1_000_000 })
  control.mode = 'rejects'
  expect([await ask(), await ask()]).toEqual(['allow', 'deny'])
})
