import type { IncomingMessage } from 'node:http'
import { isIP, isIPv4 } from 'node:net'
import type { TLSSocket } from 'node:tls'

import { peerOf, UNIX_SOCKET } from './peer.ts'

/**
 * Whether the proxy at `address`, `hop` steps from this server, may speak for its client. Express's `trust proxy fn`. One that
 * is connected by a Unix socket has no address.
 */
export type TrustProxy = (address: string | undefined, hop: number) => boolean

export const trustNone: TrustProxy = () => false

/**
 * The address of the client: the nearest one in `X-Forwarded-For` that is no trusted proxy.
 * An entry that is no address ends the walk, since nothing beyond it can be believed; an empty one is none (RFC 9110 §5.6.1.2).
 * @param peer the other end of the connection, as `peerOf` told it when the request began
 */
export function clientAddress(
  raw: IncomingMessage,
  trust: TrustProxy,
  peer: string | undefined = peerOf(raw.socket),
): string | undefined {
  if (trust === trustNone || raw.headers['x-forwarded-for'] === undefined) return plainAddress(peer)
  return throughProxies(raw, trust, peer).address
}

/**
 * Whether the client's own connection is encrypted: by TLS here, or, where a trusted proxy says in `X-Forwarded-Proto` how
 * it was reached, by that. Of several values the one counts that the proxy nearest to the client wrote.
 */
export function clientIsSecure(
  raw: IncomingMessage,
  trust: TrustProxy,
  peer: string | undefined = peerOf(raw.socket),
): boolean {
  const encrypted = (raw.socket as Partial<TLSSocket>).encrypted === true
  if (trust === trustNone) return encrypted
  const protocols = raw.headers['x-forwarded-proto']
  if (protocols === undefined) return encrypted
  const { hops } = throughProxies(raw, trust, peer)
  if (hops === 0) return encrypted
  const written = entriesOf(protocols)
  return written[Math.max(0, written.length - hops)]?.toLowerCase() === 'https'
}

/** Whether whoever is connected may speak for others. Nobody is where it isn't known any more who is. */
export function peerIsTrusted(raw: IncomingMessage, trust: TrustProxy): boolean {
  const peer = peerOf(raw.socket)
  return peer !== undefined && trust(plainAddress(peer), 0)
}

/** The other end of a connection, one spelling for each. The system's is that, but for mapped ones and the zone of a link-local one. */
export function plainAddress(peer: string | undefined): string | undefined {
  if (peer === undefined || peer === UNIX_SOCKET) return undefined
  return unmapped(peer.includes('%') ? peer.slice(0, peer.indexOf('%')) : peer)
}

/** The client's address, and how many trusted proxies stand between it and this server. */
function throughProxies(
  raw: IncomingMessage,
  trust: TrustProxy,
  peer: string | undefined,
): { readonly address: string | undefined; readonly hops: number } {
  let address = plainAddress(peer)
  // Nobody knows who has sent it.
  if (peer === undefined) return { address, hops: 0 }
  const forwarded = raw.headers['x-forwarded-for']
  const entries = forwarded === undefined ? [] : entriesOf(forwarded)
  let hops = 0
  while (trust(address, hops)) {
    hops++
    const next = hops <= entries.length ? canonicalAddress(entries[entries.length - hops]!) : undefined
    if (next === undefined) break
    address = next
  }
  return { address, hops }
}

/** The entries of a list in a header field, without empty ones. */
function entriesOf(field: string | readonly string[]): readonly string[] {
  return String(field)
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
}

/** One spelling for each address, `undefined` for what is none. Accepts a port, as some proxies write one. */
export function canonicalAddress(text: string): string | undefined {
  if (isIPv4(text)) return text
  const bare = /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text
  if (isIPv4(bare)) return bare
  const withoutZone = bare.replace(/%.*$/, '')
  if (isIP(withoutZone) !== 6) return undefined
  return unmapped(new URL(`http://[${withoutZone}]`).hostname.slice(1, -1))
}

/** IPv4-mapped IPv6 (RFC 4291 §2.5.5.2) as the IPv4 address that it is. */
function unmapped(address: string): string {
  if (!address.startsWith('::ffff:')) return address
  const tail = address.slice(7)
  if (tail.includes('.')) return tail
  const [high, low, ...rest] = tail.split(':').map((group) => Number.parseInt(group, 16))
  if (high === undefined || low === undefined || rest.length > 0) return address
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
}
