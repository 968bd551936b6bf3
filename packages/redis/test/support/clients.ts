import { type RedisSentinel, type RedisServer, redisSentinel, redisServer, withService } from '@ashlar/testkit'
import { afterAll, beforeAll, beforeEach, describe } from '@jest/globals'
import { Cluster, Redis } from 'ioredis'
import { createClient, createClientPool, createCluster, createSentinel } from 'redis'
import {
  createClient as createClient6,
  createCluster as createCluster6,
  createSentinel as createSentinel6,
} from 'redis-v6'

import type { RedisClient } from '../../src/index.ts'

interface Opened {
  readonly redis: RedisClient
  close(): unknown
}

const noop = (): void => {}

async function connected<
  Client extends {
    on(event: 'error', listener: () => void): unknown
    connect(): Promise<unknown>
    destroy(): unknown
  },
>(client: Client): Promise<{ redis: Client; close(): unknown }> {
  client.on('error', noop)
  await client.connect()
  return { redis: client, close: () => client.destroy() }
}

function disconnecting<Client extends Redis | Cluster>(client: Client): Opened {
  return { redis: client, close: () => client.disconnect() }
}

type Kind = 'one server' | 'a cluster' | 'sentinels'

interface Client {
  /** What it speaks to. Default one server. */
  readonly kind?: Kind
  open(server: RedisServer, sentinel: RedisSentinel): Opened | Promise<Opened>
}

const NAME = 'watched'

/** Every client that an app may bring. */
const CLIENTS: Readonly<Record<string, Client>> = {
  ioredis: { open: ({ url }) => disconnecting(new Redis(url)) },
  'ioredis that puts something before keys': {
    open: ({ url }) => disconnecting(new Redis(url, { keyPrefix: 'app:' })),
  },
  'ioredis that connects when it is used': { open: ({ url }) => disconnecting(new Redis(url, { lazyConnect: true })) },
  'a cluster of ioredis': { kind: 'a cluster', open: ({ url }) => disconnecting(new Cluster([url])) },
  'node-redis 5': { open: ({ url }) => connected(createClient({ url })) },
  'node-redis 5, RESP3': { open: ({ url }) => connected(createClient({ url, RESP: 3 })) },
  'a pool of node-redis 5': { open: ({ url }) => connected(createClientPool({ url }, { minimum: 1, maximum: 4 })) },
  'a cluster of node-redis 5': {
    kind: 'a cluster',
    open: ({ url }) => connected(createCluster({ rootNodes: [{ url }] })),
  },
  'node-redis 6': { open: ({ url }) => connected(createClient6({ url })) },
  'a cluster of node-redis 6': {
    kind: 'a cluster',
    open: ({ url }) => connected(createCluster6({ rootNodes: [{ url }] })),
  },
  'sentinels of ioredis': {
    kind: 'sentinels',
    open: (_, { port }) => disconnecting(new Redis({ sentinels: [{ host: '127.0.0.1', port }], name: NAME })),
  },
  'sentinels of node-redis 5': {
    kind: 'sentinels',
    open: (_, { port }) => connected(createSentinel({ name: NAME, sentinelRootNodes: [{ host: '127.0.0.1', port }] })),
  },
  'sentinels of node-redis 6': {
    kind: 'sentinels',
    open: (_, { port }) => connected(createSentinel6({ name: NAME, sentinelRootNodes: [{ host: '127.0.0.1', port }] })),
  },
}

export interface Clients {
  readonly one: RedisClient
  readonly other: RedisClient
  /** Of the server, to look at what is there. */
  readonly plain: Redis
}

/** Runs a suite with every client; each test begins with an empty server. */
export function onEveryClient(body: (clients: () => Clients, title: string) => void): void {
  withService('redis', describe)('on Redis', () => {
    for (const kind of ['one server', 'a cluster', 'sentinels'] as const) {
      describe(kind, () => {
        let server: RedisServer
        let sentinel: RedisSentinel
        let plain: Redis
        beforeAll(async () => {
          const clustered = ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1']
          server = await redisServer({ args: kind === 'a cluster' ? clustered : [] })
          plain = new Redis(server.url)
          if (kind === 'sentinels') sentinel = await redisSentinel({ watches: server.port, name: NAME })
          if (kind !== 'a cluster') return
          await plain.call('cluster', 'addslotsrange', 0, 16_383)
          while (!String(await plain.call('cluster', 'info')).includes('cluster_state:ok')) {
            await new Promise((resolve) => setImmediate(resolve))
          }
        })
        beforeEach(() => plain.flushall())
        afterAll(async () => {
          plain.disconnect()
          if (kind === 'sentinels') await sentinel.stop()
          await server.stop()
        })

        const own = Object.entries(CLIENTS).filter(([, client]) => (client.kind ?? 'one server') === kind)
        describe.each(own)('by %s', (title, { open }) => {
          let opened: readonly [Opened, Opened]
          beforeAll(async () => {
            opened = [await open(server, sentinel), await open(server, sentinel)]
          })
          afterAll(async () => {
            for (const client of opened) await client.close()
          })
          body(() => ({ one: opened[0].redis, other: opened[1].redis, plain }), title)
        })
      })
    }
  })
}
