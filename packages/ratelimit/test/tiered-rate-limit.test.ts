import type { Guard, Principal } from '@ashlar/core'
import { protect as protectExpress } from '@ashlar/express'
import { protect as protectKoa } from '@ashlar/koa'
import { testRequest, testServer } from '@ashlar/testkit'
import { expect, test } from '@jest/globals'
import express from 'express'
import Koa from 'koa'

import { fixedWindow, type TieredRateLimitOptions, tieredRateLimit } from '../src/index.ts'

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

const one = fixedWindow({ limit: 1, window: '1d' })

test.each<[object, string]>([
  [{ tiers: { anonymous: fixedWindow({ limit: 1, window: '1d' }) } }, 'ERR_OPTION_MISSING'],
  [{ tiers: { anonymous: {}, authenticated: {} } }, 'ERR_OPTION_INVALID'],
  [{ tier: {} }, 'ERR_OPTION_UNKNOWN'],
  [{ policy: {} }, 'ERR_OPTION_UNKNOWN'],
  [{ overrides: {} }, 'ERR_OPTION_MISSING'],
  [{ tiers: { anonymous: one, authenticated: one, 'a b': one } }, 'ERR_OPTION_INVALID'],
  [{ by: 'address' }, 'ERR_OPTION_UNKNOWN'],
  [{ overrides: { load: () => undefined, cache: 60_000 } }, 'ERR_OPTION_INVALID'],
])('%p: %s', (options, code) => {
  expect(() => tieredRateLimit(options as TieredRateLimitOptions)).toThrow(expect.objectContaining({ code }))
})
