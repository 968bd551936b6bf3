/**
 * What makes a path mean different things to different readers: no leading slash (absolute form), an empty segment,
 * a dot segment, a backslash, a control character or fragment, and percent-encoded slashes, backslashes, dots and NUL.
 */
const AMBIGUOUS = /^(?!\/)|\/\/|[\\#\0-\x20\x7f]|%(?:2f|5c|2e|00)|\/\.\.?(?:\/|$)|%(?![0-9a-f]{2})/i

/**
 * `true` for a path that a router, a proxy and a file system could read differently. `*` is one but in `OPTIONS *`
 * (RFC 9112 §3.2.4), which asks about the server as a whole.
 */
export function isAmbiguous(path: string, method?: string): boolean {
  return AMBIGUOUS.test(path) && !(path === '*' && method === 'OPTIONS')
}

/** The path of a request target, without its query. */
export function pathOf(target: string): string {
  const query = target.indexOf('?')
  return query === -1 ? target : target.slice(0, query)
}

/** The query of a request target, with its question mark, or nothing. */
export function searchOf(target: string): string {
  const query = target.indexOf('?')
  return query === -1 ? '' : target.slice(query)
}

/**
 * The widest reading of a path that any router makes: percent sequences decoded, lower case, no trailing slash.
 * A rule that adds protection matches this, so that no spelling of a path is less protected.
 */
export function widestReading(path: string): string {
  const decoded = path.includes('%') ? decode(path) : path
  const lower = decoded.toLowerCase()
  return lower.length > 1 && lower.endsWith('/') ? lower.slice(0, -1) : lower
}

/** What decodes as a whole does; otherwise what decodes by itself, since some readers decode piece by piece. */
function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path.replace(/%([0-7][0-9a-f])/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
  }
}
