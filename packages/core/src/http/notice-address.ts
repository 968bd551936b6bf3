import type { IncomingMessage } from 'node:http'

import { warn } from '../trouble/warn.ts'
import { plainAddress, type TrustProxy } from './address.ts'

/** Nobody's proxy (RFC 5737), and farther away than any chain of proxies is long. */
const DOCUMENTATION_ADDRESS = '203.0.113.254'
const FARTHEST_HOP = 99

/** What is known of each app's trust: whether it believes whatever address a caller claims. */
const believesAll = new WeakMap<TrustProxy, boolean>()

/**
 * Looks for arrangements under which an address is not the client's, for whoever reads one (limits, blocks, conditions,
 * records), and warns of each once a process: `ERR_PROXY_NOT_TRUSTED`, `ERR_PROXY_TRUSTS_ALL`, `ERR_ADDRESS_UNKNOWN`.
 * @param peer the other end of the connection
 * @param address what was taken for the client's address
 */
export function noticeAddress(
  raw: IncomingMessage,
  trust: TrustProxy,
  peer: string | undefined,
  address: string | undefined,
): void {
  if (address === undefined) {
    // A connection that has closed has lost its address, which says nothing of the arrangement.
    if (raw.socket.destroyed) return
    warn(
      'ERR_ADDRESS_UNKNOWN',
      'A request has no client address, as behind a Unix socket whose proxy is not trusted or sends no X-Forwarded-For. All such requests pass for one caller.',
    )
    return
  }
  let all = believesAll.get(trust)
  if (all === undefined) believesAll.set(trust, (all = trust(DOCUMENTATION_ADDRESS, FARTHEST_HOP)))
  if (all) {
    warn(
      'ERR_PROXY_TRUSTS_ALL',
      'Every proxy is trusted, so any caller can choose the address that it is known by. Name the proxies, or count them.',
    )
    return
  }
  const { 'x-forwarded-for': forwardedFor, forwarded } = raw.headers
  if ((forwardedFor === undefined && forwarded === undefined) || plainAddress(peer) !== address) return
  if (!trust(address, 0)) {
    warn(
      'ERR_PROXY_NOT_TRUSTED',
      'Requests carry X-Forwarded-For from a proxy that is not trusted, so all of its clients pass for one caller. Set "trust proxy" or trustedProxies.',
    )
  } else if (forwardedFor === undefined) {
    warn(
      'ERR_PROXY_NOT_TRUSTED',
      'A trusted proxy sends Forwarded, which is not read, and no X-Forwarded-For, so all of its clients pass for one caller. Have it send X-Forwarded-For.',
    )
  }
}
