import type { AnyGuard, Deny, Principal, RequestView } from '@ashlar/core'
import { protect as protectExpress } from '@ashlar/express'
import { protect as protectKoa } from '@ashlar/koa'
import { fakeClock, recordEvents, testRequest, testServer } from '@ashlar/testkit'
import { describe, expect, jest, test } from '@jest/globals'
import express from 'express'
import Koa from 'koa'

import {
  chargeFailures,
  chargeSuccesses,
  fixedWindow,
  memoryRateLimits,
  type Policy,
  type RateLimitOptions,
  rateLimit,
  slidingWindow,
  tokenBucket,
} from '../src/index.ts'

const two = tokenBucket({ capacity: 2, refillPerSecond: 0.5 })

function ask(guard: AnyGuard, request: RequestView = testRequest(), state: object = {}) {
  return guard.check(request, state as never) as Deny
}

function expressApp(guard: AnyGuard) {
  const app = express()
  app.use(protectExpress(guard as never))
  app.use((request, response) => void response.status(request.url === '/fails' ? 500 : 200).end('ok'))
  return app
}

function koaApp(guard: AnyGuard) {
  const app = new Koa()
  app.use(protectKoa(guard as never))
  app.use((context) => {
    context.status = context.path === '/fails' ? 500 : 200
    context.body = 'ok'
  })
  return app.callback()
}

describe.each([
  ['Express', expressApp],
  ['Koa', koaApp],
])('in %s', (_, appOf) => {
  test('admits what the policy says, refuses the next, and admits again when a token is back', async () => {
    const clock = fakeClock(Date.UTC(2026, 0, 1))
    const server = await testServer(appOf(rateLimit({ policy: two, by: 'address', clock })))
    const recorder = recordEvents()

    const first = await server.call('/')
    expect(first.status).toBe(200)
    expect(first.headers).toMatchObject({
      'x-ratelimit-limit': '2',
      'x-ratelimit-remaining': '1',
      'x-ratelimit-reset': String(Date.UTC(2026, 0, 1) / 1000 + 2),
      ratelimit: '"default";r=1;t=2',
      'ratelimit-policy': '"default";q=2;w=4',
    })
    expect(first.headers['retry-after']).toBeUndefined()

    clock.advance(500)
    expect((await server.call('/')).headers).toMatchObject({
      'x-ratelimit-remaining': '0',
      ratelimit: '"default";r=0;t=2',
    })

    const refused = await server.call('/')
    expect(refused.status).toBe(429)
    expect(refused.headers).toMatchObject({
      'content-type': expect.stringContaining('application/problem+json'),
      'retry-after': '2',
      ratelimit: '"default";r=0;t=2',
      'x-ratelimit-remaining': '0',
    })
    expect(refused.json()).toMatchObject({
      type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
      title: 'Too many requests',
      status: 429,
      code: 'rate-limited',
      detail: 'Try again in 2 seconds.',
      'violated-policies': ['default'],
    })
    expect(recorder.events).toContainEqual(expect.objectContaining({ name: 'excess_rate_limit_exceeded' }))
    recorder.stop()

    clock.advance(1499)
    expect((await server.call('/')).status).toBe(429)
    clock.advance(1)
    expect((await server.call('/')).status).toBe(200)
    await server.close()
  })

  test('gives back what failed, and charges only what failed', async () => {
    const successes = await testServer(
      appOf(rateLimit({ policy: fixedWindow({ limit: 2, window: '1d' }), settle: chargeSuccesses })),
    )
    for (let call = 0; call < 3; call++) expect((await successes.call('/fails')).status).toBe(500)
    for (const status of [200, 200, 429]) expect((await successes.call('/')).status).toBe(status)
    await successes.close()

    const failures = await testServer(
      appOf(rateLimit({ policy: fixedWindow({ limit: 2, window: '1d' }), settle: chargeFailures })),
    )
    for (let call = 0; call < 3; call++) expect((await failures.call('/')).status).toBe(200)
    for (const status of [500, 500, 429]) expect((await failures.call('/fails')).status).toBe(status)
    await failures.close()
  })
})

describe('keys', () => {
  const one = fixedWindow({ limit: 1, window: '1d' })

  test('each address has its own limit; an IPv6 network of 56 bits is one', () => {
    const guard = rateLimit({ policy: one })
    const from = (address: string) => ask(guard, testRequest({ address })).kind
    expect(from('192.0.2.1')).toBe('allow')
    expect(from('192.0.2.2')).toBe('allow')
    expect(from('192.0.2.1')).toBe('deny')
    expect(from('::ffff:192.0.2.1')).toBe('deny')
    expect(from('2001:db8:0:ab00::1')).toBe('allow')
    expect(from('2001:db8:0:abff:1::2')).toBe('deny')
    expect(from('2001:db8:0:ac00::1')).toBe('allow')
  })

  test('a prefix of its own', () => {
    const guard = rateLimit({ policy: one, ipv6Prefix: 64 })
    expect(ask(guard, testRequest({ address: '2001:db8:0:ab00::1' })).kind).toBe('allow')
    expect(ask(guard, testRequest({ address: '2001:db8:0:ab01::1' })).kind).toBe('allow')
    expect(ask(guard, testRequest({ address: '2001:db8:0:ab01::2' })).kind).toBe('deny')
  })

  test('a principal is its issuer and subject, and the guard says that it needs one', () => {
    const guard = rateLimit({ policy: one, by: 'principal' })
    expect(guard.needs).toEqual(['principal'])
    const as = (subject: string, issuer?: string) =>
      ask(guard, testRequest(), { principal: { kind: 'bearer', subject, issuer } as Principal }).kind
    expect(as('ada')).toBe('allow')
    expect(as('ada', 'https://issuer.example')).toBe('allow')
    expect(as('ada')).toBe('deny')
    expect(as('grace')).toBe('allow')
  })

  test('a function of the request', () => {
    const guard = rateLimit({ policy: one, by: ({ method }) => method })
    expect(ask(guard, testRequest({ method: 'GET' })).kind).toBe('allow')
    expect(ask(guard, testRequest({ method: 'POST' })).kind).toBe('allow')
    expect(ask(guard, testRequest({ method: 'GET' })).kind).toBe('deny')
  })

  test('a function that throws refuses with 500 and does not pass', async () => {
    const reported = jest.spyOn(console, 'error').mockImplementation(() => {})
    const server = await testServer(
      expressApp(
        rateLimit({
          policy: one,
          by() {
            throw new Error('defect')
          },
        }),
      ),
    )
    expect((await server.call('/')).status).toBe(500)
    await server.close()
    reported.mockRestore()
  })
})

describe('cost', () => {
  const ten = fixedWindow({ limit: 10, window: '1d' })

  test('a cost is taken whole or not at all', () => {
    const guard = rateLimit({ policy: ten, cost: ({ query }) => Number(query['n']) })
    const costing = (n: number) => ask(guard, testRequest({ target: `/?n=${n}` }))
    expect(costing(6).kind).toBe('allow')
    expect(costing(5).kind).toBe('deny')
    expect(costing(4).kind).toBe('allow')
    expect(costing(0).kind).toBe('allow')
    expect(costing(1).kind).toBe('deny')
  })

  test('what costs more than the limit is told so, without a time to try again', () => {
    const refused = ask(rateLimit({ policy: ten, cost: 11 }))
    expect(refused.problem.detail).toBe('This request costs more than the limit ever allows.')
    expect(refused.headers).not.toHaveProperty('retry-after')
  })

  test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, undefined, '3', 1e10])(
    'a cost function answering %p refuses',
    (cost) => {
      const guard = rateLimit({ policy: ten, cost: () => cost as number })
      expect(() => ask(guard)).toThrow(expect.objectContaining({ code: 'ERR_RATE_LIMIT_COST' }))
    },
  )
})

describe('several policies', () => {
  const policy = [
    tokenBucket({ name: 'burst', capacity: 2, refillPerSecond: 1 }),
    fixedWindow({ name: 'daily', limit: 3, window: '1d' }),
  ]

  test('are decided in one step: what one refuses is not taken from the other', () => {
    const clock = fakeClock(Date.UTC(2026, 0, 1, 23, 59, 50))
    const guard = rateLimit({ policy, clock })
    expect(ask(guard).headers).toMatchObject({
      ratelimit: '"burst";r=1;t=1, "daily";r=2;t=10',
      'ratelimit-policy': '"burst";q=2;w=2, "daily";q=3;w=86400',
      'x-ratelimit-limit': '2',
      'x-ratelimit-remaining': '1',
    })
    expect(ask(guard).kind).toBe('allow')
    const burst = ask(guard)
    expect(burst.problem['violated-policies']).toEqual(['burst'])
    expect(burst.headers).toMatchObject({ 'retry-after': '1', ratelimit: '"burst";r=0;t=1, "daily";r=1;t=10' })
    clock.advance(2000)
    expect(ask(guard).kind).toBe('allow')
    const daily = ask(guard)
    expect(daily.problem['violated-policies']).toEqual(['daily'])
    expect(daily.headers).toMatchObject({ 'retry-after': '8', 'x-ratelimit-limit': '3' })
    clock.advance(7999)
    expect(ask(guard).kind).toBe('deny')
    clock.advance(1)
    expect(ask(guard).kind).toBe('allow')
  })

  test('need names', () => {
    expect(() => rateLimit({ policy: [two, two] })).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
  })
})

describe('header fields', () => {
  test.each<[RateLimitOptions['headers'], string[]]>([
    [{}, ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset', 'ratelimit', 'ratelimit-policy']],
    [{ legacy: false }, ['ratelimit', 'ratelimit-policy']],
    [{ standard: false }, ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset']],
    [{ legacy: false, standard: false }, []],
  ])('%p', (headers, names) => {
    expect(Object.keys(ask(rateLimit({ policy: two, headers: headers! })).headers!)).toEqual(names)
  })

  test.each<[string, Policy]>([
    ['token bucket', tokenBucket({ capacity: 1, refillPerSecond: 1 })],
    ['fixed window', fixedWindow({ limit: 1, window: '1s' })],
    ['sliding window', slidingWindow({ limit: 1, window: '1s' })],
    ['a rate that is no round number', tokenBucket({ capacity: 3, refillPerSecond: 0.3 })],
  ])('%s: Retry-After is a time at which a request is admitted, and no second earlier', (_, policy) => {
    for (const offset of [0, 1, 499, 500, 999]) {
      const clock = fakeClock(Date.UTC(2026, 0, 1) + offset)
      const guard = rateLimit({ policy, clock })
      let refused = ask(guard)
      while (refused.kind !== ('deny' as string)) refused = ask(guard)
      const seconds = Number(refused.headers!['retry-after'])
      expect(seconds).toBeGreaterThanOrEqual(Number(/t=(\d+)/.exec(refused.headers!['ratelimit']!)![1]))
      clock.advance((seconds - 1) * 1000)
      expect(ask(guard).kind).toBe('deny')
      clock.advance(1000)
      expect(ask(guard).kind).toBe('allow')
    }
  })

  test('the reset of a window is its end, at the boundary and a millisecond around it', () => {
    const midnight = Date.UTC(2026, 0, 2)
    const resetAt = (now: number) => {
      const guard = rateLimit({ policy: fixedWindow({ limit: 5, window: '1d' }), clock: fakeClock(now) })
      return Number(ask(guard).headers!['x-ratelimit-reset']) * 1000
    }
    expect(resetAt(midnight - 1)).toBe(midnight)
    expect(resetAt(midnight)).toBe(Date.UTC(2026, 0, 3))
    expect(resetAt(midnight + 1)).toBe(Date.UTC(2026, 0, 3))
  })
})

describe('options', () => {
  const bad = [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e300, '5' as never, null as never]

  test.each(bad)('%p is refused as every number', (value) => {
    const invalid = expect.objectContaining({ code: 'ERR_OPTION_INVALID' })
    expect(() => memoryRateLimits({ maxRemembered: value })).toThrow(invalid)
    expect(() => rateLimit({ policy: two, ipv6Prefix: value })).toThrow(invalid)
    expect(() => rateLimit({ policy: two, storeTimeout: value as never })).toThrow(invalid)
    expect(() => rateLimit({ policy: two, instances: value })).toThrow(invalid)
    if (value !== 0) expect(() => rateLimit({ policy: two, cost: value })).toThrow(invalid)
  })

  test('fractions where only whole numbers mean something', () => {
    const invalid = expect.objectContaining({ code: 'ERR_OPTION_INVALID' })
    expect(() => rateLimit({ policy: two, cost: 0.5 })).toThrow(invalid)
    expect(() => rateLimit({ policy: two, ipv6Prefix: 56.5 })).toThrow(invalid)
  })

  test.each<[object, string]>([
    [{}, 'ERR_OPTION_MISSING'],
    [{ policy: [] }, 'ERR_OPTION_INVALID'],
    [{ policy: { capacity: 1 } }, 'ERR_OPTION_INVALID'],
    [{ policy: two, by: 'adress' }, 'ERR_OPTION_INVALID'],
    [{ policy: two, polcy: two }, 'ERR_OPTION_UNKNOWN'],
    [{ policy: two, headers: { legcy: true } }, 'ERR_OPTION_UNKNOWN'],
    [{ policy: two, name: 'a "quoted" name' }, 'ERR_OPTION_INVALID'],
    [{ policy: two, store: {} }, 'ERR_OPTION_INVALID'],
    [{ policy: two, settle: 'all' }, 'ERR_OPTION_INVALID'],
    [{ policy: two, store: { open() {} } }, 'ERR_OPTION_INVALID'],
    [{ policy: two, onStoreLoss: 'hope' }, 'ERR_OPTION_INVALID'],
    [{ policy: two, headers: { legacy: 'no' } }, 'ERR_OPTION_INVALID'],
    [{ policy: two, blocklist: {} }, 'ERR_OPTION_INVALID'],
    [{ policy: two, reads: 'heads' }, 'ERR_OPTION_INVALID'],
    [{ policy: two, clock: {} }, 'ERR_OPTION_INVALID'],
    [{ policy: two, cost: null }, 'ERR_OPTION_INVALID'],
    [{ policy: two, storeTimeoutMs: 250 }, 'ERR_OPTION_UNKNOWN'],
  ])('%p: %s', (options, code) => {
    expect(() => rateLimit(options as RateLimitOptions)).toThrow(expect.objectContaining({ code }))
  })

  test('two limiters of one name in one store are refused, two names are not', () => {
    const store = memoryRateLimits()
    rateLimit({ policy: two, store })
    expect(() => rateLimit({ policy: two, store })).toThrow(
      expect.objectContaining({ code: 'ERR_RATE_LIMIT_NAME_TAKEN' }),
    )
    expect(() => rateLimit({ policy: two, store, name: 'login' })).not.toThrow()
  })
})
