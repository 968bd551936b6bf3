/**
 * What an address counts as: itself for IPv4, its network of `prefix` bits for IPv6, since a subscriber has a whole
 * network of those. IPv4-mapped IPv6 (RFC 4291 §2.5.5.2) is IPv4, however it is written.
 */
export function networkKey(address: string, prefix: number): string {
  if (!address.includes(':')) return address
  const groups = ipv6Groups(address)
  if (!groups) return address
  if (isMapped(groups)) return dotted(groups[6]!, groups[7]!)
  let key = ''
  for (let index = 0; index * 16 < prefix; index++) {
    const bits = prefix - index * 16
    const group = bits >= 16 ? groups[index]! : groups[index]! & (0xffff << (16 - bits))
    key += `${group.toString(16)}:`
  }
  return `${key}/${prefix}`
}

function isMapped(groups: readonly number[]): boolean {
  for (let index = 0; index < 5; index++) if (groups[index] !== 0) return false
  return groups[5] === 0xffff
}

function dotted(high: number, low: number): string {
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
}

/** The eight groups of an IPv6 address in any notation; `undefined` for what is none. A zone is left out. */
export function ipv6Groups(text: string): number[] | undefined {
  const zone = text.indexOf('%')
  const address = zone === -1 ? text : text.slice(0, zone)
  const halves = address.split('::')
  if (halves.length > 2) return undefined
  const front = groupsOf(halves[0]!, halves.length === 1)
  const back = halves.length === 2 ? groupsOf(halves[1]!, true) : []
  if (!front || !back) return undefined
  const gap = 8 - front.length - back.length
  if (halves.length === 1 ? gap !== 0 : gap < 1) return undefined
  return [...front, ...new Array<number>(gap).fill(0), ...back]
}

function groupsOf(text: string, last: boolean): number[] | undefined {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index]!
    if (last && index === parts.length - 1 && part.includes('.')) {
      const bytes = ipv4Bytes(part)
      if (!bytes) return undefined
      groups.push((bytes[0]! << 8) | bytes[1]!, (bytes[2]! << 8) | bytes[3]!)
    } else if (/^[\da-f]{1,4}$/i.test(part)) {
      groups.push(Number.parseInt(part, 16))
    } else {
      return undefined
    }
  }
  return groups
}

/** The four bytes of an IPv4 address; `undefined` for what is none. */
export function ipv4Bytes(text: string): number[] | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return undefined
  return parts.map(Number)
}
