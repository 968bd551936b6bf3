import type { RedisClient } from './client.ts'
import { isSentinel } from './commands.ts'

/** Who wants to be told of what comes on one channel. */
export interface Subscriptions {
  /** Tells also when the connection is there again, since something may have been missed. Returns how to stop. */
  watch(told: () => void): () => void
  close(): void
}

/** A second connection of a client; what it has depends on whose it is. */
interface Subscriber {
  readonly status?: string
  on(event: string, listener: (...values: never[]) => void): unknown
  connect?(): Promise<unknown>
  subscribe(channel: string, listener?: () => void): Promise<unknown>
  disconnect?(): unknown
  destroy?(): unknown
}

/**
 * Listens to a channel on a connection of its own for as long as somebody watches. A connection that is lost comes back by
 * itself. @returns `undefined` for a client that lends no second connection, such as a pool, and for sentinels of node-redis
 */
export function subscriptions(redis: RedisClient, channel: string): Subscriptions | undefined {
  // Of sentinels one that is duplicated does not always end again.
  if (typeof redis.duplicate !== 'function' || isSentinel(redis)) return undefined
  const open = new Set<() => void>()
  let closed = false

  function watch(told: () => void): () => void {
    if (closed) return () => undefined
    const end = listen(redis, channel, told)
    const stop = (): void => {
      if (open.delete(stop)) end()
    }
    open.add(stop)
    return stop
  }

  return {
    watch,
    close() {
      closed = true
      for (const stop of open) stop()
    },
  }
}

function listen(redis: RedisClient, channel: string, told: () => void): () => void {
  const subscriber = redis.duplicate!() as Subscriber
  let ended = false
  const tell = (): void => {
    if (!ended) told()
  }
  // It tries again by itself; until then the bound on staleness holds.
  subscriber.on('error', () => undefined)
  // Of ioredis: those that were lost are subscribed to again, one whose first connection failed is not.
  const isIoredis = typeof subscriber.status === 'string'
  const subscribe = (): void =>
    void subscriber.subscribe(channel, isIoredis ? undefined : tell).then(tell, () => undefined)
  if (isIoredis) {
    subscriber.on('message', tell)
    subscriber.on('ready', subscribe)
    if (subscriber.status === 'wait') subscriber.connect?.().catch(() => undefined)
  } else {
    subscriber.on('ready', tell)
    subscriber.connect?.().then(subscribe, () => undefined)
  }
  return () => {
    ended = true
    try {
      if (isIoredis) subscriber.disconnect?.()
      else subscriber.destroy?.()
    } catch {
      // It was not connected.
    }
  }
}
