/** What a Redis command is made of. */
export type Argument = string | number

/** A client or cluster of ioredis. */
export interface IoredisClient {
  call(command: string, ...args: Argument[]): Promise<unknown>
  /** A second connection, for listening. */
  duplicate?(): unknown
}

/** A client or pool of node-redis (the package `redis`). */
export interface NodeRedisClient {
  sendCommand(command: string[]): Promise<unknown>
  /** A second connection, for listening. A pool has none. */
  duplicate?(): unknown
}

/** A cluster of node-redis. */
export interface NodeRedisCluster {
  sendCommand(key: string | undefined, isReadonly: boolean | undefined, command: string[]): Promise<unknown>
  readonly masters: readonly unknown[]
  duplicate?(): unknown
}

/** What node-redis has for servers that sentinels watch. */
export interface NodeRedisSentinel {
  sendCommand(isReadonly: boolean | undefined, command: string[]): Promise<unknown>
  getMasterNode(): unknown
  duplicate?(): unknown
}

/** What every store takes for `redis`: a client that is connected, or connects by itself. */
export type RedisClient = IoredisClient | NodeRedisClient | NodeRedisCluster | NodeRedisSentinel
