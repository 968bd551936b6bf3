import { describe, expect, test } from '@jest/globals'
import { Cluster, Redis, type RedisOptions } from 'ioredis'
import { createClient, createClientPool, createCluster, createSentinel } from 'redis'
import { createClient as createClient6, createCluster as createCluster6 } from 'redis-v6'

import { redisReplays } from '../src/index.ts'
import { linksOf } from '../src/links.ts'

function lazy(first: string | RedisOptions, options: RedisOptions = {}): Redis {
  return typeof first === 'string'
    ? new Redis(first, { lazyConnect: true, ...options })
    : new Redis({ lazyConnect: true, ...first })
}

function cluster(nodes: ConstructorParameters<typeof Cluster>[0], redisOptions?: RedisOptions): Cluster {
  return new Cluster(nodes, { lazyConnect: true, ...(redisOptions && { redisOptions }) })
}

const TLS = expect.anything()
const UNVERIFIED = expect.objectContaining({ rejectUnauthorized: false })
const sentinels = { sentinels: [{ host: 'one' }], name: 'm', tls: {} }

describe('how a client reaches its servers is read from its own options', () => {
  test.each([
    ['ioredis by itself', new Redis({ lazyConnect: true }), [['localhost', undefined]]],
    ['ioredis with an address', lazy('redis://cache.example:6380'), [['cache.example', undefined]]],
    ['ioredis with a secure address', lazy('rediss://cache.example'), [['cache.example', TLS]]],
    ['ioredis with host and tls', lazy({ host: 'cache.example', tls: {} }), [['cache.example', TLS]]],
    [
      'ioredis with whatever certificate',
      lazy('rediss://cache.example', { tls: { rejectUnauthorized: false } }),
      [['cache.example', UNVERIFIED]],
    ],
    ['ioredis with a socket', lazy('/run/redis.sock'), [['/run/redis.sock', undefined]]],
    [
      'ioredis with sentinels that it reaches without TLS',
      lazy({ ...sentinels, enableTLSForSentinelMode: true }),
      [
        ['one', undefined],
        ['one', TLS],
      ],
    ],
    [
      'ioredis with a server that it reaches without TLS, and sentinels by TLS',
      lazy({ ...sentinels, sentinelTLS: {} }),
      [
        ['one', TLS],
        ['one', undefined],
      ],
    ],
    [
      'a cluster of ioredis',
      cluster(['redis://one:7000', { host: 'two' }, 7000]),
      [
        ['one', undefined],
        ['two', undefined],
        ['localhost', undefined],
      ],
    ],
    ['a cluster of ioredis by TLS', cluster(['rediss://one:7000'], { tls: {} }), [['one', TLS]]],
    ['a cluster of ioredis whose other nodes it reaches without', cluster(['rediss://one:7000']), [['one', undefined]]],
    ['node-redis by itself', createClient(), [['localhost', undefined]]],
    ['node-redis 5 with an address', createClient({ url: 'redis://cache.example' }), [['cache.example', undefined]]],
    ['node-redis 5 with a secure address', createClient({ url: 'rediss://cache.example' }), [['cache.example', TLS]]],
    ['node-redis 6 with an address', createClient6({ url: 'redis://cache.example' }), [['cache.example', undefined]]],
    [
      'node-redis 6 with a secure address and whatever certificate',
      createClient6({ url: 'rediss://cache.example', socket: { tls: true, rejectUnauthorized: false } }),
      [['cache.example', UNVERIFIED]],
    ],
    [
      'node-redis with host and tls',
      createClient({ socket: { host: 'cache.example', tls: true } }),
      [['cache.example', TLS]],
    ],
    [
      'node-redis with a socket',
      createClient({ socket: { path: '/run/r.sock', tls: false } }),
      [['/run/r.sock', undefined]],
    ],
    [
      'a cluster of node-redis 5 whose other nodes it reaches without',
      createCluster({ rootNodes: [{ url: 'rediss://one:7000' }] }),
      [
        ['one', TLS],
        ['one', undefined],
      ],
    ],
    [
      'a cluster of node-redis 6 by TLS',
      createCluster6({ rootNodes: [{ url: 'rediss://one:7000' }], defaults: { socket: { tls: true } } }),
      [
        ['one', TLS],
        ['one', TLS],
      ],
    ],
  ])('%s', (_, client, links) => {
    expect(linksOf(client as never)!.map(({ host, tls }) => [host, tls])).toEqual(links)
  })

  test.each([
    ['a pool of node-redis', createClientPool()],
    ['sentinels of node-redis', createSentinel({ name: 'm', sentinelRootNodes: [{ host: 'one', port: 26379 }] })],
    ['a client of one’s own', { call: async () => 'OK' }],
  ])('%s does not say it, and is refused where TLS is required', (_, client) => {
    expect(linksOf(client as never)).toBeUndefined()
    expect(() => redisReplays({ redis: client as never, requireTls: true })).toThrow(
      'does not say how it reaches Redis',
    )
  })
})
