import { listOf, type OptionPlace, type OptionReader, quoted } from '@ashlar/core/options'

const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/
/** Browsers write these in capitals, and compare all others letter by letter. */
const WELL_KNOWN: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
/** What no page can do (Fetch §2.2.1). */
const FORBIDDEN_METHODS: ReadonlySet<string> = new Set(['CONNECT', 'TRACE', 'TRACK'])
/** What no page can set (Fetch §2.2.2). */
const FORBIDDEN_HEADERS =
  /^(?:sec-.*|proxy-.*|accept-charset|accept-encoding|access-control-request-.*|connection|content-length|cookie2?|date|dnt|expect|host|keep-alive|origin|referer|set-cookie2?|te|trailer|transfer-encoding|upgrade|via)$/i

/** Methods that a preflight can ask for. */
export const methodNames: OptionReader<readonly string[]> = listOf(
  (value, at) => {
    const method = token(value, at)
    const capitals = method.toUpperCase()
    if (FORBIDDEN_METHODS.has(capitals)) throw at.invalid(`a method that pages can use, not ${quoted(method)}`)
    if (method === capitals || !WELL_KNOWN.has(capitals)) return method
    throw at.invalid(`${quoted(capitals)}, since browsers compare letter by letter`)
  },
  { min: 0, unique: true },
)

/** Request headers that a preflight can ask for. */
export const requestHeaderNames: OptionReader<readonly string[]> = listOf(
  (value, at) => {
    const name = token(value, at)
    if (FORBIDDEN_HEADERS.test(name)) throw at.invalid(`a header that pages can set, not ${quoted(name)}`)
    return name
  },
  { min: 0, unique: true },
)

/** Response headers that scripts may read. */
export const exposedHeaderNames: OptionReader<readonly string[]> = listOf(
  (value, at) => {
    const name = token(value, at)
    if (/^set-cookie2?$/i.test(name)) throw at.invalid(`a header that scripts can read, not ${quoted(name)}`)
    return name
  },
  { min: 0, unique: true },
)

function token(value: unknown, at: OptionPlace): string {
  if (value === '*') throw at.unsafe('would allow all. Name what is allowed')
  if (typeof value === 'string' && TOKEN.test(value)) return value
  throw at.invalid(`a name without spaces, not ${quoted(value)}`)
}
