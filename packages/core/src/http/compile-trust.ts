import { OptionPlace } from '../options/option-place.ts'
import type { TrustProxy } from './address.ts'
import { networks, networksOf } from './networks.ts'
import { UNIX_SOCKET } from './peer.ts'

/**
 * Trusts the proxies in a list of addresses, networks (`10.0.0.0/8`) and the names `loopback`, `linklocal`, `uniquelocal`; and
 * `unix` for whoever is connected by a Unix socket.
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`, and `ERR_OPTION_UNSAFE` for a network of every address
 */
export function compileTrust(proxies: readonly string[], where = 'adapter()'): TrustProxy {
  const option = 'trustedProxies'
  const isTrusted = networks(proxies, { where, option, besides: UNIX_SOCKET })
  const trustsUnix = proxies.includes(UNIX_SOCKET)
  for (const [index, network] of proxies.entries()) {
    if (!networksOf(network)?.some((known) => known.endsWith('/0'))) continue
    throw new OptionPlace(where, option).in(index).unsafe('trusts everyone, so any caller could choose its address')
  }
  return (address) => (address === undefined ? trustsUnix : isTrusted(address))
}
