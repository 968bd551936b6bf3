import { type RedisServer, redisServer, withService } from '@ashlar/testkit'
import { afterAll, beforeAll, beforeEach, describe } from '@jest/globals'
import { Cluster, Redis } from 'ioredis'
import { createClient, createClientPool, createCluster } from 'redis'
import { createClient as createClient6, createCluster as createCluster6 } from 'redis-v6'

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

/** Every client that an app may bring, and whether it speaks to a cluster. */
const CLIENTS: Readonly<Record<string, { open(server: RedisServer): Opened | Promise<Opened>; cluster?: true }>> = {
  ioredis: { open: ({ url }) => disconnecting(new Redis(url)) },
  'ioredis that puts something before keys': {
    open: ({ url }) => disconnecting(new Redis(url, { keyPrefix: 'app:' })),
  },
  'ioredis that connects when it is used': { open: ({ url }) => disconnecting(new Redis(url, { lazyConnect: true })) },
  'a cluster of ioredis': { cluster: true, open: ({ url }) => disconnecting(new Cluster([url])) },
  'node-redis 5': { open: ({ url }) => connected(createClient({ url })) },
  'node-redis 5, RESP3': { open: ({ url }) => connected(createClient({ url, RESP: 3 })) },
  'a pool of node-redis 5': { open: ({ url }) => connected(createClientPool({ url }, { minimum: 1, maximum: 4 })) },
  'a cluster of node-redis 5': { cluster: true, open: ({ url }) => connected(createCluster({ rootNodes: [{ url }] })) },
  'node-redis 6': { open: ({ url }) => connected(createClient6({ url })) },
  'a cluster of node-redis 6': {
    cluster: true,
    open: ({ url }) => connected(createCluster6({ rootNodes: [{ url }] })),
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
    for (const cluster of [false, true]) {
      describe(cluster ? 'a cluster' : 'one server', () => {
        let server: RedisServer
        let plain: Redis
        beforeAll(async () => {
          server = await redisServer({
            args: cluster ? ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'] : [],
          })
          plain = new Redis(server.url)
          if (!cluster) return
          await plain.call('cluster', 'addslotsrange', 0, 16_383)
          while (!String(await plain.call('cluster', 'info')).includes('cluster_state:ok')) {
            await new Promise((resolve) => setImmediate(resolve))
          }
        })
        beforeEach(() => plain.flushall())
        afterAll(async () => {
          plain.disconnect()
          await server.stop()
        })

        const own = Object.entries(CLIENTS).filter(([, client]) => (client.cluster ?? false) === cluster)
        describe.each(own)('by %s', (title, { open }) => {
          let opened: readonly [Opened, Opened]
          beforeAll(async () => {
            opened = [await open(server), await open(server)]
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
