import { flag, OptionPlace, type OptionReader, type OptionTable, text } from '@ashlar/core/options'
import { checkEncrypted } from '@ashlar/core/stores'

import type { RedisClient } from './client.ts'
import { linksOf } from './links.ts'

/** The options that every store on Redis has. */
export interface RedisOptions {
  /** A client of `ioredis` or of `redis`, connected or connecting; the store never closes it. */
  readonly redis: RedisClient
  /** What the names of all keys in Redis begin with: letters, digits, `:`, `.`, `-` and `_`. Default `'ashlar'`. */
  readonly namespace?: string
  /**
   * Whether a client that reaches another machine without TLS, or with whatever certificate, is refused; also one that does
   * not say how it reaches it. Default `false`: a process warning with `ERR_CONNECTION_NOT_ENCRYPTED`, once for each server.
   */
  readonly requireTls?: boolean
}

/** Known by what carries out its commands, since the two have nothing else in common. */
const redisClient: OptionReader<RedisClient> = (value, at) => {
  const makes = 'new Redis() of ioredis, or createClient() of redis'
  if (value === undefined) throw at.missing(`Give it ${makes}.`)
  const { call, sendCommand } = (value ?? {}) as { readonly call?: unknown; readonly sendCommand?: unknown }
  if (typeof call === 'function' || typeof sendCommand === 'function') return value as RedisClient
  throw at.invalid(`a client of Redis, such as ${makes}`, value ?? null)
}

/** Without braces, which say what part of a name decides the node of a cluster. */
const namespace: OptionReader<string> = text({
  pattern: /^[\w:.-]{1,64}$/,
  says: 'a text of 1 to 64 letters, digits, ":", ".", "-" and "_"',
  fallback: 'ashlar',
})

interface RedisOptionTable extends OptionTable<RedisOptions> {
  readonly redis: OptionReader<RedisClient>
  readonly namespace: OptionReader<string>
  readonly requireTls: OptionReader<boolean>
}

/** What all of them read. */
export const redisOptions: RedisOptionTable = {
  redis: redisClient,
  namespace,
  requireTls: flag(false),
}

/** What was read, once it is clear that the client may be used. @throws ConfigurationError `ERR_CONNECTION_NOT_ENCRYPTED` */
export function encrypted<Settings extends { readonly redis: RedisClient; readonly requireTls: boolean }>(
  where: string,
  settings: Settings,
): Settings {
  checkEncrypted(new OptionPlace(where, 'redis'), 'Redis', linksOf(settings.redis), settings.requireTls)
  return settings
}
