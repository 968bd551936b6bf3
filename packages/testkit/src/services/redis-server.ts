import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { flag, listOf, orElse, readOptions, text } from '@ashlar/core/options'

import { REDIS, requireBinary } from './binary.ts'
import { greeting } from './greeting.ts'
import { type SelfSigned, selfSigned } from './self-signed.ts'
import { freePort, startOnFreePort } from './server-process.ts'

export interface RedisServer {
  readonly port: number
  /** `redis://127.0.0.1:<port>` */
  readonly url: string
  /** Where it takes TLS, with a certificate for `localhost` that it has signed itself; 0 unless it was started with `tls`. */
  readonly tlsPort: number
  /** That certificate, PEM. */
  readonly certificate: string | undefined
  /** Ends it at once, as a crash would; it then holds no data unless it was started with `durable`. */
  kill(): Promise<void>
  /** Starts it again on the same port, after `kill`, or stops it first. */
  restart(): Promise<void>
  /** Freezes it: connections stay open and nothing is answered. */
  pause(): void
  resume(): void
  /** Stops it and removes its data. */
  stop(): Promise<void>
}

export interface RedisServerOptions {
  /** Every write is on disk before it is answered, so that it survives `kill`. Default `false`. */
  readonly durable?: boolean
  /** Whether it takes TLS as well, on another port. Default `false`. */
  readonly tls?: boolean
  /** Further command-line arguments. Default none. */
  readonly args?: readonly string[]
}

/**
 * A Redis of the test's own on a free loopback port, with a temporary data folder.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`
 * @throws Error where the machine has no `redis-server`, or no `openssl` for `tls`
 * @example
 * const server = await redisServer({ durable: true })
 * const redis = new Redis(server.url)
 */
export async function redisServer(options: RedisServerOptions = {}): Promise<RedisServer> {
  const { durable, tls, args } = readOptions('redisServer()', options, {
    durable: flag(false),
    tls: flag(false),
    args: orElse(listOf(text(), { min: 0 }), () => []),
  })
  const binary = join(requireBinary(REDIS), REDIS.command)
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-redis-'))
  const signed = tls ? await selfSigned(folder) : undefined
  const tlsPort = tls ? await freePort() : 0
  const { port, server } = await startOnFreePort((chosen) => ({
    binary,
    cwd: folder,
    args: [
      ...['--port', String(chosen), '--bind', '127.0.0.1', '--dir', folder, '--save', ''],
      ...['--appendonly', durable ? 'yes' : 'no', '--appendfsync', 'always'],
      ...(signed ? tlsArgs(tlsPort, signed) : []),
      ...args,
    ],
    readyLine: /Ready to accept connections/,
    greet: () => greeting(chosen, Buffer.from('PING\r\n'), /^(\+PONG|-NOAUTH)/),
  }))
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    tlsPort,
    certificate: signed?.certificate,
    kill: () => server.end('SIGKILL'),
    async restart() {
      await server.end('SIGTERM')
      await server.start()
    },
    pause: () => server.signal('SIGSTOP'),
    resume: () => server.signal('SIGCONT'),
    async stop() {
      server.signal('SIGCONT')
      await server.end('SIGTERM')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function tlsArgs(port: number, { certificateFile, keyFile }: SelfSigned): readonly string[] {
  return [
    ...['--tls-port', String(port), '--tls-auth-clients', 'no', '--tls-cert-file', certificateFile],
    ...['--tls-key-file', keyFile, '--tls-ca-cert-file', certificateFile],
  ]
}
