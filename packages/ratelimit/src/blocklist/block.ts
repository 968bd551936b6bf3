import { principalKey } from '@ashlar/core'
import { canonicalAddress, networksOf } from '@ashlar/core/http'
import { OptionPlace, type OptionTable, optional, quoted, readOptions, text } from '@ashlar/core/options'

import { ipv4Bytes, ipv6Groups, networkKey } from '../network-key.ts'

/** An address, a network (`203.0.113.0/24`, `2001:db8::/32`), or a principal. */
export type BlockTarget = string | { readonly subject: string; readonly issuer?: string | undefined }

const names = { subject: text(), issuer: optional(text()) } satisfies OptionTable<{
  readonly subject: string
  readonly issuer?: string | undefined
}>

/**
 * @param where the function that it was given to: `'block()'`
 * @throws ConfigurationError `ERR_OPTION_INVALID`, and `ERR_OPTION_UNSAFE` for a network of every address
 */
export function targetOf(target: BlockTarget, where: string): string {
  const at = new OptionPlace(where, 'target')
  if (typeof target === 'object' && target !== null) return principalTarget(target, where)
  if (typeof target !== 'string') throw at.invalid('an address, a network or a principal', target)
  const address = canonicalAddress(target)
  if (address !== undefined) return `address ${address}`
  const [network, ...others] = networksOf(target) ?? []
  // Of the names, such as `loopback`, each stands for several.
  if (network === undefined || others.length > 0) {
    throw at.invalid(`an address, a network or a principal, not ${quoted(target)}`)
  }
  const { v6, bits } = shapeOf(network)
  if (bits === 0) throw at.unsafe('is a network of every address, which blocks everybody')
  return `network ${networkOf(network.slice(0, network.indexOf('/')), v6, bits)}`
}

/** A principal has more members than these; what was written by hand has not, so that a slip in `issuer` is seen. */
function principalTarget(target: Exclude<BlockTarget, string>, where: string): string {
  const { subject, issuer } = target
  return `principal ${principalKey(readOptions(where, 'kind' in target ? { subject, issuer } : target, names))}`
}

/** The network of so many bits that an IPv4 address is in, written one way. */
export function ipv4Network(address: string, bits: number): string {
  const [a, b, c, d] = ipv4Bytes(address) ?? [0, 0, 0, 0]
  const number = ((a! << 24) | (b! << 16) | (c! << 8) | d!) & (bits === 32 ? -1 : ~(0xffffffff >>> bits))
  return `${number >>> 24}.${(number >>> 16) & 255}.${(number >>> 8) & 255}.${number & 255}/${bits}`
}

/** How many bits a network has, and whether it is one of IPv6. */
export function shapeOf(network: string): { readonly v6: boolean; readonly bits: number } {
  return { v6: network.includes(':'), bits: Number(network.slice(network.lastIndexOf('/') + 1)) }
}

export function networkOf(address: string, v6: boolean, bits: number): string | undefined {
  if (address.includes(':') !== v6) return undefined
  if (!v6) return ipv4Network(address, bits)
  return ipv6Groups(address) && networkKey(address, bits)
}
