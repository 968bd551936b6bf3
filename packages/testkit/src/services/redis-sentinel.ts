import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readOptions, text, wholeNumber } from '@ashlar/core/options'

import { REDIS, requireBinary } from './binary.ts'
import { greeting } from './greeting.ts'
import { startOnFreePort } from './server-process.ts'

export interface RedisSentinel {
  readonly port: number
  stop(): Promise<void>
}

export interface RedisSentinelOptions {
  /** Where the server listens that it watches; its replicas it finds by itself. */
  readonly watches: number
  /** By what clients ask for that server: letters, digits and dashes. */
  readonly name: string
}

/**
 * A sentinel of the test's own on a free loopback port. Alone it puts a replica in the place of its server once that has been
 * silent for half a second.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`
 * @throws Error where the machine has no `redis-server`
 * @example
 * const sentinel = await redisSentinel({ watches: server.port, name: 'cache' })
 * const redis = new Redis({ sentinels: [{ host: '127.0.0.1', port: sentinel.port }], name: 'cache' })
 */
export async function redisSentinel(options: RedisSentinelOptions): Promise<RedisSentinel> {
  const { watches, name } = readOptions('redisSentinel()', options, {
    watches: wholeNumber({ min: 1, max: 65_535 }),
    name: text({ pattern: /^[\w-]{1,64}$/, says: 'a name of letters, digits and dashes' }),
  })
  const binary = join(requireBinary(REDIS), REDIS.command)
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-sentinel-'))
  const file = join(folder, 'sentinel.conf')
  const settings = [
    `dir ${folder}`,
    `sentinel monitor ${name} 127.0.0.1 ${watches} 1`,
    `sentinel down-after-milliseconds ${name} 500`,
    `sentinel failover-timeout ${name} 5000`,
  ]
  // It writes what it learns into its own file.
  await writeFile(file, `${settings.join('\n')}\n`)
  const { port, server } = await startOnFreePort((chosen) => ({
    binary,
    cwd: folder,
    args: [file, '--sentinel', '--port', String(chosen), '--bind', '127.0.0.1'],
    readyLine: /\+monitor master/,
    greet: () => greeting(chosen, Buffer.from('PING\r\n'), /^\+PONG/),
  }))
  return {
    port,
    async stop() {
      await server.end('SIGTERM')
      await rm(folder, { recursive: true, force: true })
    },
  }
}
