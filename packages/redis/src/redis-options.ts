import { type OptionReader, text } from '@ashlar/core/options'

import type { RedisClient } from './client.ts'

/** The options that every store on Redis has. */
export interface RedisOptions {
  /** A client of `ioredis` or of `redis`, connected or connecting; the store never closes it. */
  readonly redis: RedisClient
  /** What the names of all keys in Redis begin with: letters, digits, `:`, `.`, `-` and `_`. Default `'ashlar'`. */
  readonly namespace?: string
}

/** Known by what carries out its commands, since the two have nothing else in common. */
export const redisClient: OptionReader<RedisClient> = (value, at) => {
  const makes = 'new Redis() of ioredis, or createClient() of redis'
  if (value === undefined) throw at.missing(`Give it ${makes}.`)
  const { call, sendCommand } = (value ?? {}) as { readonly call?: unknown; readonly sendCommand?: unknown }
  if (typeof call === 'function' || typeof sendCommand === 'function') return value as RedisClient
  throw at.invalid(`a client of Redis, such as ${makes}`, value ?? null)
}

/** Without braces, which say what part of a name decides the node of a cluster. */
export const namespace: OptionReader<string> = text({
  pattern: /^[\w:.-]{1,64}$/,
  says: 'a text of 1 to 64 letters, digits, ":", ".", "-" and "_"',
  fallback: 'ashlar',
})
