import { execFile } from 'node:child_process'
import { chmod, chown, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { flag, orElse, readOptions, recordOf, text } from '@ashlar/core/options'

import { POSTGRES, requireBinary } from './binary.ts'
import { greeting } from './greeting.ts'
import { selfSigned } from './self-signed.ts'
import { startOnFreePort } from './server-process.ts'

export interface PostgresServer {
  readonly port: number
  /** `postgres://postgres@127.0.0.1:<port>/postgres`; no password is asked for. */
  readonly url: string
  /** The certificate for `localhost` that it has signed itself, PEM, where it was started with `tls`. */
  readonly certificate: string | undefined
  /** Ends it at once, as a crash would; what it had acknowledged is there after `restart`. */
  kill(): Promise<void>
  /** Starts it again on the same port, after `kill`, or stops it first. */
  restart(): Promise<void>
  /** Stops it and removes its data. */
  stop(): Promise<void>
}

export interface PostgresServerOptions {
  /** Settings as in `postgresql.conf`: `{ max_connections: '20' }`. Default none. */
  readonly settings?: Readonly<Record<string, string>>
  /** Whether it takes TLS as well, on the same port. Default `false`. */
  readonly tls?: boolean
}

/** SSLRequest of the wire protocol: the server answers `S` or `N` as soon as it takes connections. */
const SSL_REQUEST: Uint8Array = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])

/**
 * A PostgreSQL of the test's own on a free loopback port, with a temporary cluster whose superuser is `postgres`.
 * It never runs as root: a test that does starts it as the machine's user `postgres`.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`
 * @throws Error where the machine has no PostgreSQL server, or no `openssl` for `tls`
 * @example
 * const server = await postgresServer({ settings: { max_connections: '20' } })
 * const pool = new pg.Pool({ connectionString: server.url })
 */
export async function postgresServer(options: PostgresServerOptions = {}): Promise<PostgresServer> {
  const { settings, tls } = readOptions('postgresServer()', options, {
    settings: orElse(recordOf(text({ pattern: /^/, says: 'a text' }), { min: 0 }), () => ({})),
    tls: flag(false),
  })
  const binaries = requireBinary(POSTGRES)
  const user = await nonRootUser()
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-postgres-'))
  if (user) await chown(folder, user.uid, user.gid)
  const data = join(folder, 'data')
  const initial = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale', 'C', '--no-sync']
  await promisify(execFile)(join(binaries, 'initdb'), initial, { cwd: folder, ...user })
  // A crash of the server loses nothing without fsync; only a crash of the machine would.
  const standard = { listen_addresses: '127.0.0.1', unix_socket_directories: '', fsync: 'off', max_connections: '100' }
  const signed = tls ? await signedFor(user, folder) : undefined
  const configured = Object.entries({ ...standard, ...signed?.settings, ...settings }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ])
  const { port, server } = await startOnFreePort((chosen) => ({
    binary: join(binaries, POSTGRES.command),
    cwd: folder,
    user,
    args: ['-D', data, '-p', String(chosen), ...configured],
    readyLine: /database system is ready to accept connections/,
    greet: () => greeting(chosen, SSL_REQUEST, /^[SN]/),
  }))
  return {
    port,
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    certificate: signed?.certificate,
    // Its immediate shutdown: no checkpoint, recovery at the next start. SIGKILL would leave its own children behind.
    kill: () => server.end('SIGQUIT'),
    async restart() {
      await server.end('SIGINT')
      await server.start()
    },
    async stop() {
      await server.end('SIGINT')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

interface User {
  readonly uid: number
  readonly gid: number
}

/** PostgreSQL takes a key only from its own user. */
async function signedFor(
  user: User | undefined,
  folder: string,
): Promise<{ settings: Readonly<Record<string, string>>; certificate: string }> {
  const { keyFile, certificateFile, certificate } = await selfSigned(folder)
  await chmod(keyFile, 0o600)
  if (user) for (const file of [keyFile, certificateFile]) await chown(file, user.uid, user.gid)
  return { settings: { ssl: 'on', ssl_key_file: keyFile, ssl_cert_file: certificateFile }, certificate }
}

async function nonRootUser(): Promise<User | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const accounts = await readFile('/etc/passwd', 'utf8')
  const [, uid, gid] = /^postgres:[^:]*:(\d+):(\d+):/m.exec(accounts) ?? []
  if (uid === undefined) throw new Error('PostgreSQL does not run as root, and this machine has no user "postgres".')
  return { uid: Number(uid), gid: Number(gid) }
}
