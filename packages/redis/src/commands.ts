import type {
  Argument,
  IoredisClient,
  NodeRedisClient,
  NodeRedisCluster,
  NodeRedisSentinel,
  RedisClient,
} from './client.ts'
import type { Script } from './script.ts'

/** One way to speak to every client. */
export interface Commands {
  /** @param key what the command is about, which says which node of a cluster is asked */
  send(key: string, command: string, ...args: Argument[]): Promise<unknown>
  /** One round trip, two where the server does not know the script yet, as after a restart. */
  run(script: Script, keys: readonly string[], values: readonly Argument[]): Promise<unknown>
}

type Send = Commands['send']

/** Which client it is, is found out once. */
export function commandsOf(redis: RedisClient): Commands {
  const send = sendOf(redis)
  return {
    send,
    run({ sha, source }, keys, values) {
      const [first = ''] = keys
      return send(first, 'evalsha', sha, keys.length, ...keys, ...values).catch((error: unknown) => {
        if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
        return send(first, 'eval', source, keys.length, ...keys, ...values)
      })
    },
  }
}

function sendOf(redis: RedisClient): Send {
  if (isIoredis(redis)) return viaCall(redis)
  if (isCluster(redis)) return viaCluster(redis)
  return isSentinel(redis) ? viaSentinel(redis) : viaSendCommand(redis)
}

function isIoredis(redis: RedisClient): redis is IoredisClient {
  return typeof (redis as Partial<IoredisClient>).call === 'function'
}

function isCluster(redis: Exclude<RedisClient, IoredisClient>): redis is NodeRedisCluster {
  return 'masters' in redis
}

/** Of node-redis. */
export function isSentinel(redis: RedisClient): redis is NodeRedisSentinel {
  return 'getMasterNode' in redis
}

function viaCall(redis: IoredisClient): Send {
  return (_, command, ...args) => redis.call(command, ...args)
}

function viaCluster(redis: NodeRedisCluster): Send {
  return (key, command, ...args) => redis.sendCommand(key, false, [command, ...args.map(String)])
}

function viaSentinel(redis: NodeRedisSentinel): Send {
  return (_, command, ...args) => redis.sendCommand(false, [command, ...args.map(String)])
}

function viaSendCommand(redis: NodeRedisClient): Send {
  return (_, command, ...args) => redis.sendCommand([command, ...args.map(String)])
}
