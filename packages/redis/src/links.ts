import type { Link } from '@ashlar/core/stores'

import type { RedisClient } from './client.ts'

/** Of ioredis. */
interface IoredisOptions {
  readonly host?: string
  readonly path?: string | null
  readonly tls?: unknown
  readonly Connector?: unknown
  readonly sentinels?: readonly { readonly host?: string }[] | null
  readonly enableTLSForSentinelMode?: boolean
  readonly sentinelTLS?: unknown
  /** Of each node of a cluster. */
  readonly redisOptions?: { readonly tls?: unknown }
}

/** Of node-redis. */
interface NodeRedisOptions {
  readonly url?: string
  /** With what TLS needs among the rest. */
  readonly socket?: {
    readonly host?: string
    readonly path?: string
    readonly tls?: unknown
    readonly rejectUnauthorized?: unknown
  }
}

interface NodeClusterOptions {
  readonly rootNodes: readonly NodeRedisOptions[]
  readonly defaults?: NodeRedisOptions
}

const HERE = 'localhost'

/** How a client reaches its servers. `undefined` for one that keeps its options to itself, such as a pool of node-redis. */
export function linksOf(redis: RedisClient): readonly Link[] | undefined {
  const { options, startupNodes, _options } = redis as {
    readonly options?: IoredisOptions & NodeRedisOptions
    readonly startupNodes?: readonly unknown[]
    readonly _options?: NodeClusterOptions
  }
  if (Array.isArray(_options?.rootNodes)) return nodeCluster(_options)
  if (!options) return undefined
  if (Array.isArray(startupNodes)) return ioredisCluster(startupNodes, options)
  return 'call' in redis ? ioredis(options) : [nodeRedis(options)]
}

function ioredis({ host, path, tls, Connector, ...options }: IoredisOptions): readonly Link[] | undefined {
  // Whoever brings his own way to connect says nothing of it here.
  if (Connector) return undefined
  if (!options.sentinels) return [{ host: path || host || HERE, tls: settingsOf(tls) }]
  const { sentinels, enableTLSForSentinelMode, sentinelTLS } = options
  return sentinels.flatMap((sentinel) => [
    { host: sentinel.host ?? HERE, tls: settingsOf(sentinelTLS) },
    // The server that it names, wherever that is.
    { host: sentinel.host ?? HERE, tls: enableTLSForSentinelMode ? settingsOf(tls) : undefined },
  ])
}

/** Nodes that it learns of are reached as `redisOptions` say. */
function ioredisCluster(nodes: readonly unknown[], { redisOptions }: IoredisOptions): readonly Link[] {
  return nodes.map((node) => ({ host: hostOf(node), tls: settingsOf(redisOptions?.tls) }))
}

function nodeRedis({ url, socket }: NodeRedisOptions): Link {
  const isSecure = url?.startsWith('rediss:') || socket?.tls === true
  const host = socket?.path ?? (url === undefined ? socket?.host : hostOf(url)) ?? HERE
  return { host, tls: isSecure ? { ...socket } : undefined }
}

/** Nodes that it learns of are reached as `defaults` say, whatever stands in the address of the first. */
function nodeCluster({ rootNodes, defaults }: NodeClusterOptions): readonly Link[] {
  return rootNodes.flatMap((node) => {
    const first = nodeRedis({ ...defaults, ...node, socket: { ...defaults?.socket, ...node.socket } })
    return [first, { host: first.host, tls: nodeRedis({ ...defaults }).tls }]
  })
}

function settingsOf(tls: unknown): Link['tls'] {
  return tls ? (typeof tls === 'object' ? tls : {}) : undefined
}

/** As ioredis takes a node: a port, an address, or an object with either. */
function hostOf(node: unknown): string {
  if (typeof node === 'object' && node !== null) return (node as { readonly host?: string }).host ?? HERE
  if (typeof node !== 'string' || /^\d+$/.test(node)) return HERE
  if (node.startsWith('/')) return node
  const text = node.includes('://') ? node : `redis://${node}`
  if (text.startsWith('unix:')) return '/'
  return URL.canParse(text) ? new URL(text).hostname || HERE : node
}
