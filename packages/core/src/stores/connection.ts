import { ConfigurationError } from '../errors.ts'
import { networks } from '../http/networks.ts'
import type { OptionPlace } from '../options/option-place.ts'
import { warn } from '../trouble/warn.ts'

/** One way that a client takes to a server, as its options say. */
export interface Link {
  /** A name, an address, or the path of a Unix socket. */
  readonly host: string
  /** The options of `tls.connect`, as far as a client has taken them; `undefined` where it does without TLS. */
  readonly tls: { readonly rejectUnauthorized?: unknown } | undefined
}

const isLoopback = networks(['loopback'])

/**
 * Looks whether what is between this machine and a server can be read or changed on the way: it warns of that with
 * `ERR_CONNECTION_NOT_ENCRYPTED`, once for each server, or refuses it. What stays on this machine needs no TLS.
 * @param at the client's option @param server for messages: `'Redis'`
 * @param links `undefined` where the client does not let itself be asked
 * @param isRequired refuses, also what can't be told
 * @throws ConfigurationError `ERR_CONNECTION_NOT_ENCRYPTED`
 */
export function checkEncrypted(
  { where, option }: OptionPlace,
  server: string,
  links: readonly Link[] | undefined,
  isRequired: boolean,
): void {
  const trouble = troubleOf(server, links)
  if (trouble === undefined) return
  if (isRequired) {
    throw new ConfigurationError('ERR_CONNECTION_NOT_ENCRYPTED', `${where}: "${option}" ${trouble}`, { where, option })
  }
  if (links) warn('ERR_CONNECTION_NOT_ENCRYPTED', `A client of ${server} ${trouble}`)
}

function troubleOf(server: string, links: readonly Link[] | undefined): string | undefined {
  if (!links) return `does not say how it reaches ${server}, so that nobody can tell whether that is encrypted.`
  for (const { host, tls } of links) {
    if (isLocal(host)) continue
    if (!tls) return `goes to ${server} at ${host} without TLS: whoever is on the way reads and changes what it says.`
    if (!isVerified(tls)) {
      return `goes to ${server} at ${host} by TLS with whatever certificate: whoever is on the way reads and changes what it says.`
    }
  }
  return undefined
}

function isLocal(host: string): boolean {
  const name = host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
  return name.startsWith('/') || name === 'localhost' || name.endsWith('.localhost') || isLoopback(name)
}

/** node looks at certificates unless it is told not to. */
function isVerified({ rejectUnauthorized }: NonNullable<Link['tls']>): boolean {
  return rejectUnauthorized === undefined
    ? process.env['NODE_TLS_REJECT_UNAUTHORIZED'] !== '0'
    : rejectUnauthorized !== false
}
