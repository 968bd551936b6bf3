import { describe, expect, test } from '@jest/globals'
import { Redis } from 'ioredis'
import { createClient } from 'redis'

import * as redis from '../../src/index.ts'

const stores = Object.entries(redis).filter(([, value]) => typeof value === 'function') as unknown as [
  string,
  (options: unknown) => unknown,
][]

test('there are six of them', () => {
  expect(stores.map(([name]) => name).sort()).toEqual([
    'redisApiKeys',
    'redisBlocks',
    'redisRateLimits',
    'redisReplays',
    'redisRevocations',
    'redisSessions',
  ])
})

describe.each(stores)('%s() is made', (name, make) => {
  const client = new Redis({ lazyConnect: true })

  test.each([
    ['ioredis', client],
    ['node-redis', createClient()],
  ])('with a client of %s, without asking it anything', (_, wanted) => {
    expect(make({ redis: wanted, namespace: 'a.b:c-d_1' })).toBeDefined()
    expect(client.status).toBe('wait')
  })

  test.each([
    ['nothing', {}, 'ERR_OPTION_MISSING', '"redis"'],
    ['null', { redis: null }, 'ERR_OPTION_INVALID', '"redis"'],
    ['an empty object', { redis: {} }, 'ERR_OPTION_INVALID', '"redis"'],
    ['an address', { redis: 'redis://127.0.0.1' }, 'ERR_OPTION_INVALID', '"redis"'],
    ['a client that has not come yet', { redis: Promise.resolve(client) }, 'ERR_OPTION_INVALID', '"redis"'],
    ['a namespace with a brace', { redis: client, namespace: 'a b{' }, 'ERR_OPTION_INVALID', '"namespace"'],
    ['an empty namespace', { redis: client, namespace: '' }, 'ERR_OPTION_INVALID', '"namespace"'],
    ['a namespace that is null', { redis: client, namespace: null }, 'ERR_OPTION_INVALID', '"namespace"'],
    ['an unknown option', { redis: client, namspace: 'a' }, 'ERR_OPTION_UNKNOWN', 'namspace'],
  ])('and not with %s', (_, options, code, option) => {
    expect(() => make(options)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(new RegExp(`${name}\\(\\).*${option}`)) }),
    )
  })
})
