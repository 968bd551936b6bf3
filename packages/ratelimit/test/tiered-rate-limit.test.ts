import type { Guard, Principal } from '@ashlar/core'
import { protect as protectExpress } from '@ashlar/express'
import { protect as protectKoa } from '@ashlar/koa'
import { recordEvents, testRequest, testServer } from '@ashlar/testkit'
import { describe, expect, jest, test } from '@jest/globals'
import express from 'express'
import Koa from 'koa'

import { fixedWindow, type Policy, type TieredRateLimitOptions, tieredRateLimit } from '../src/index.ts'

function principal(subject: string, tier?: string): Principal {
  return { kind: 'bearer', subject, tier, roles: [], scopes: [], claims: {} }
}

/** Stands in for authentication: `x-user: ada/premium`. */
const authentication: Guard<{ principal?: Principal }> = {
  name: 'test',
  layer: 'authentication',
  reads: 'head',
  check({ headers }) {
    const [subject, tier] = String(headers['x-user'] ?? '').split('/')
    return { kind: 'allow', state: subject ? { principal: principal(subject, tier) } : {} }
  },
}

async function admitted(guard: Guard, count: number, who?: Principal): Promise<number> {
  let sum = 0
  for (let call = 0; call < count; call++) {
    const verdict = await guard.check(testRequest(), (who ? { principal: who } : {}) as never)
    if (verdict.kind === 'allow') sum++
  }
  return sum
}

test.each([
  [
    'Express',
    () => express().use(protectExpress(authentication, tieredRateLimit()), (_, response) => void response.end()),
  ],
  [
    'Koa',
    () =>
      new Koa()
        .use(protectKoa(authentication, tieredRateLimit()))
        .use((context) => {
          context.body = 'ok'
        })
        .callback(),
  ],
])('the tier follows the principal in %s', async (_, app) => {
  const server = await testServer(app())
  const limitFor = async (user?: string) =>
    (await server.call('/', { headers: user ? { 'x-user': user } : {} })).headers['x-ratelimit-limit']
  expect(await limitFor()).toBe('10')
  expect(await limitFor('ada')).toBe('100')
  expect(await limitFor('grace/premium')).toBe('1000')
  expect(await limitFor('eve/no-such-tier')).toBe('100')
  await server.close()
})

test('10 a minute anonymous, 100 authenticated, 1000 premium, each caller for itself', async () => {
  const guard = tieredRateLimit()
  expect(await admitted(guard, 20)).toBe(10)
  expect(await admitted(guard, 200, principal('ada'))).toBe(100)
  expect(await admitted(guard, 1100, principal('grace', 'premium'))).toBe(1000)
  expect(await admitted(guard, 200, principal('linus'))).toBe(100)
})

describe('overrides', () => {
  const one = fixedWindow({ limit: 1, window: 'day' })
  const withLoader = (load: (who: Principal) => unknown, more: object = {}) =>
    tieredRateLimit({ overrides: { load: load as () => Policy, ...more } })

  test('replace the tier’s policies for one principal, and are loaded once', async () => {
    const load = jest.fn(async ({ subject }: Principal) => (subject === 'ada' ? one : undefined))
    const guard = withLoader(load)
    expect(await admitted(guard, 5, principal('ada'))).toBe(1)
    expect(await admitted(guard, 5, principal('grace'))).toBe(5)
    expect(load).toHaveBeenCalledTimes(2)
  })

  test('two principals of one override have a limit each', async () => {
    const guard = withLoader(() => fixedWindow({ limit: 2, window: 'day' }))
    expect(await admitted(guard, 5, principal('ada'))).toBe(2)
    expect(await admitted(guard, 5, principal('grace'))).toBe(2)
  })

  test('requests that come at once ask once', async () => {
    const load = jest.fn(async () => one)
    const guard = withLoader(load)
    const verdicts = await Promise.all(
      Array.from({ length: 5 }, () => guard.check(testRequest(), { principal: principal('ada') } as never)),
    )
    expect(verdicts.filter(({ kind }) => kind === 'allow')).toHaveLength(1)
    expect(load).toHaveBeenCalledTimes(1)
  })

  test.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('down')
      },
    ],
    ['rejects', () => Promise.reject(new Error('down'))],
    ['answers nonsense', () => ({ limit: 1e99 })],
    ['hangs', () => new Promise(() => {})],
  ])('a loader that %s leaves the tier’s policies, and is told of', async (_, load) => {
    const recorder = recordEvents()
    const guard = withLoader(load, { timeoutMs: 5 })
    expect(await admitted(guard, 150, principal('ada'))).toBe(100)
    expect(recorder.events.map(({ name }) => name)).toContain('rate_limit_override_failed')
    recorder.stop()
  })

  test('are forgotten after their time, and the oldest when there are too many', async () => {
    jest.useFakeTimers()
    const load = jest.fn(() => undefined)
    const guard = withLoader(load, { cacheMs: 1000, maxEntries: 2 })
    for (const subject of ['ada', 'grace', 'linus', 'ada']) await admitted(guard, 1, principal(subject))
    expect(load).toHaveBeenCalledTimes(4)
    jest.advanceTimersByTime(1000)
    await admitted(guard, 2, principal('ada'))
    expect(load).toHaveBeenCalledTimes(5)
    jest.useRealTimers()
  })
})

test.each<[object, string]>([
  [{ tiers: { anonymous: fixedWindow({ limit: 1, window: 'day' }) } }, 'ERR_OPTION_MISSING'],
  [{ tiers: { anonymous: {}, authenticated: {} } }, 'ERR_OPTION_INVALID'],
  [{ tier: {} }, 'ERR_OPTION_UNKNOWN'],
  [{ policy: {} }, 'ERR_OPTION_UNKNOWN'],
  [{ overrides: {} }, 'ERR_OPTION_INVALID'],
  [{ overrides: { load: () => undefined, cacheMs: 0 } }, 'ERR_OPTION_INVALID'],
])('%p: %s', (options, code) => {
  expect(() => tieredRateLimit(options as TieredRateLimitOptions)).toThrow(expect.objectContaining({ code }))
})
