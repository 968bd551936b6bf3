import { BlockList, isIP } from 'node:net'

/** Whether this is an address or a network such as `10.0.0.0/8`. */
export function isNetwork(text: unknown): text is string {
  if (typeof text !== 'string') return false
  const [address = '', prefix, ...rest] = text.split('/')
  const version = isIP(address)
  if (version === 0 || rest.length > 0 || address.includes('%')) return false
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128))
}

/** A test for canonical addresses; IPv4 is never within an IPv6 network. */
export function networkTest(networks: readonly string[]): (address: string) => boolean {
  const lists = { 4: new BlockList(), 6: new BlockList() }
  for (const network of networks) {
    const [address = '', prefix] = network.split('/')
    const version = isIP(address) as 4 | 6
    lists[version].addSubnet(address, Number(prefix ?? (version === 4 ? 32 : 128)), version === 4 ? 'ipv4' : 'ipv6')
  }
  return (address) => {
    const version = isIP(address) as 4 | 6
    return lists[version].check(address, version === 4 ? 'ipv4' : 'ipv6')
  }
}
