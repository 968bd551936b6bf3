/**
 * The value of one cookie. `undefined` when it is missing, and when it was sent twice: then a neighbouring domain or path has
 * planted one, and nobody knows which.
 */
export function cookieValue(header: string | undefined, name: string): string | undefined {
  if (header === undefined) return undefined
  let found: string | undefined
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=')
    if (at === -1 || pair.slice(0, at).trim() !== name) continue
    if (found !== undefined) return undefined
    found = pair.slice(at + 1).trim()
  }
  return found
}
