import { CHROMIUM, folderOf, missing, NGINX, POSTGRES, REDIS } from './binary.ts'

/** The part of Jest's `describe` that is needed. */
export interface SuiteRunner {
  (title: string, body: () => void): void
  skip(title: string, body: () => void): void
}

export type ServiceName = 'redis' | 'postgres' | 'browser' | 'nginx'

const BINARIES = { redis: REDIS, postgres: POSTGRES, browser: CHROMIUM, nginx: NGINX } as const

/**
 * A `describe` for suites that need a real server: skipped, with the install command in the title, where the machine has
 * no such server.
 * @throws Error where the server is missing and `ASHLAR_REQUIRE_SERVICES=1` says that it must not be
 * @example
 * withService('redis', describe)('the store on Redis', () => {
 *   test('keeps what it is given', async () => {})
 * })
 */
export function withService(name: ServiceName, describe: SuiteRunner): (title: string, body: () => void) => void {
  const binary = BINARIES[name]
  if (folderOf(binary) !== undefined) return (title, body) => describe(title, body)
  const reason = missing(binary)
  if (process.env['ASHLAR_REQUIRE_SERVICES'] === '1') throw new Error(reason)
  return (title, body) => describe.skip(`${title} [skipped: ${reason}]`, body)
}
