import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** A server that suites may need: where its binary is looked for, and how a machine gets it. */
export interface ServiceBinary {
  readonly service: string
  readonly command: string
  readonly install: string
  /** Folders beside `PATH`. */
  folders(): readonly string[]
}

export const REDIS: ServiceBinary = {
  service: 'Redis',
  command: 'redis-server',
  install: 'apt-get install redis-server',
  folders: () => [],
}

const DEBIAN_CLUSTERS = '/usr/lib/postgresql'

export const POSTGRES: ServiceBinary = {
  service: 'PostgreSQL',
  command: 'postgres',
  install: 'apt-get install postgresql',
  // Debian keeps the server's binaries off the PATH, in a folder for each major version; the newest comes first.
  folders: () =>
    existsSync(DEBIAN_CLUSTERS)
      ? readdirSync(DEBIAN_CLUSTERS)
          .sort((a, b) => Number(b) - Number(a))
          .map((version) => join(DEBIAN_CLUSTERS, version, 'bin'))
      : [],
}

export const CHROMIUM: ServiceBinary = {
  service: 'Browser',
  command: 'chromium',
  install: 'apt-get install chromium',
  folders: () => [],
}

export const NGINX: ServiceBinary = {
  service: 'nginx',
  command: 'nginx',
  install: 'apt-get install nginx-light openssl',
  // Debian keeps it with what only root runs.
  folders: () => ['/usr/sbin'],
}

/** The folder that holds the binary, `undefined` where the machine has none. */
export function folderOf({ command, folders }: ServiceBinary): string | undefined {
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return [...folders(), ...path].find((folder) => existsSync(join(folder, command)))
}

/** @throws Error with the install command where the machine has none */
export function requireBinary(binary: ServiceBinary): string {
  const folder = folderOf(binary)
  if (folder === undefined) throw new Error(missing(binary))
  return folder
}

export function missing({ service, command, install }: ServiceBinary): string {
  return `${service}: no ${command} on this machine; ${install}`
}
