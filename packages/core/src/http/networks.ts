import { BlockList, isIP, isIPv4 } from 'node:net'

import { quoted } from '../options/kind-of.ts'
import { OptionPlace } from '../options/option-place.ts'
import { canonicalAddress } from './address.ts'

const NAMED: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
}

/** How many bits of an IPv4-mapped IPv6 address (RFC 4291 §2.5.5.2) come before the IPv4 address. */
const MAPPED_BITS = 96

export interface NetworksSettings {
  /** Whose option it is, in messages. Default `networks()`. */
  readonly where?: string
  /** Its name. Default `networks`. */
  readonly option?: string
  /** A name in the list that is no network, and that the caller looks at itself. Default none. */
  readonly besides?: string
}

/**
 * The addresses and networks that a text means, each spelled one way: an address, a network (`10.0.0.0/8`), or the names
 * `loopback`, `linklocal`, `uniquelocal`. What is IPv4-mapped IPv6 is the IPv4 that it maps.
 * @returns `undefined` for what is none
 */
export function networksOf(text: unknown): readonly string[] | undefined {
  if (typeof text !== 'string') return undefined
  if (Object.hasOwn(NAMED, text)) return NAMED[text]
  const [written = '', prefix, ...rest] = text.split('/')
  const version = isIP(written)
  const address = version !== 0 && !written.includes('%') ? canonicalAddress(written) : undefined
  if (address === undefined || rest.length > 0) return undefined
  if (prefix === undefined) return [address]
  const mapped = version === 6 && isIPv4(address)
  // Of a mapped address only the bits that are written for IPv6: `::ffff:10.0.0.0/8` would be meant for IPv4.
  const bits = /^(?:0|[1-9]\d{0,2})$/.test(prefix) ? Number(prefix) - (mapped ? MAPPED_BITS : 0) : -1
  return bits >= 0 && bits <= (isIPv4(address) ? 32 : 128) ? [`${address}/${bits}`] : undefined
}

/**
 * A test for addresses. IPv4 is never within an IPv6 network, and IPv4-mapped IPv6 is IPv4, however either is written;
 * what is no address is in no network.
 * @param list as `networksOf` reads them
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`
 * @example
 * const isOffice = networks(['203.0.113.0/24', 'uniquelocal'])
 * isOffice('::ffff:203.0.113.7') // true
 */
export function networks(
  list: readonly string[],
  { where = 'networks()', option = 'networks', besides }: NetworksSettings = {},
): (address: string) => boolean {
  const at = new OptionPlace(where, option)
  if (list === undefined) throw at.missing('It is a list of addresses and networks.')
  if (!Array.isArray(list)) throw at.invalid('a list of addresses and networks', list)
  const [v4, v6] = [new BlockList(), new BlockList()]
  // Not `map`, which passes over the holes of a list.
  for (const [index, text] of (list as readonly unknown[]).entries()) {
    if (text === besides && besides !== undefined) continue
    const known = networksOf(text)
    if (!known) throw at.in(index).invalid(`an address or network such as "10.0.0.0/8", not ${quoted(text)}`)
    for (const network of known) addTo(network, v4, v6)
  }
  return (address) => {
    if (isIPv4(address)) return v4.check(address, 'ipv4')
    // Only these may be spelled in a way that `BlockList` does not know.
    const known = /ffff|[%[\].]/i.test(address) ? (canonicalAddress(address) ?? '') : address
    const version = isIP(known)
    return version === 4 ? v4.check(known, 'ipv4') : version === 6 && v6.check(known, 'ipv6')
  }
}

function addTo(network: string, v4: BlockList, v6: BlockList): void {
  const [address = '', prefix] = network.split('/')
  if (isIPv4(address)) v4.addSubnet(address, Number(prefix ?? 32), 'ipv4')
  else v6.addSubnet(address, Number(prefix ?? 128), 'ipv6')
}
