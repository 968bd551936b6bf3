import { ConfigurationError } from '../errors.ts'

/** How long a browser keeps a cookie, and to whom it sends it. */
export interface CookieAttributes {
  readonly sameSite: 'Strict' | 'Lax'
  /** How long the browser keeps it, in milliseconds; 0 removes it. Left out: until the browser is closed. */
  readonly lifeMs?: number
}

/** RFC 6265 §4.1.1: a token. */
const NAME = /^[\w!#$%&'*+.^`|~-]+$/
/** RFC 6265 §4.1.1: `cookie-octet`. */
const VALUE = /^[!#-+\--:<-[\]-~]*$/
/** Of name and value. Browsers keep no longer ones, and don't say so (RFC 6265bis §5.6). */
const MAX_LENGTH = 4096

/**
 * Every value that Cookie headers hold under exactly this name, in order. The name's case counts, and quotation marks are part
 * of a value, both as for browsers. Of several only the sender knows which is ours: a neighbouring domain or path may have
 * planted one. Spaces and tabs around name and value are no part of them; any other character is, since browsers let a
 * neighbour set a cookie whose name is ours behind a space of another kind.
 * @param headers the Cookie headers of a request: `request.headerValues('cookie')`
 */
export function cookieValues(headers: string | readonly string[] | undefined, name: string): readonly string[] {
  if (headers === undefined) return []
  const values: string[] = []
  for (const header of typeof headers === 'string' ? [headers] : headers) {
    if (!header.includes(name)) continue
    for (const pair of header.split(';')) {
      const at = pair.indexOf('=')
      if (at !== -1 && trimmed(pair, 0, at) === name) values.push(trimmed(pair, at + 1, pair.length))
    }
  }
  return values
}

/**
 * A Set-Cookie header for a cookie of this server alone: httpOnly, Secure, for every path and no other host, as the prefix
 * `__Host-` asks for (RFC 6265bis §4.1.3.2).
 * @throws ConfigurationError `ERR_OPTION_INVALID` for what would be another cookie than it says, or none
 */
export function setCookie(name: string, value: string, { sameSite, lifeMs }: CookieAttributes): string {
  if (!NAME.test(name)) throw invalid('a name is of letters, digits and characters such as "-" and "_".')
  if (!VALUE.test(value)) throw invalid('a value is of printable ASCII without spaces, quotes, commas, ";" and "\\".')
  if (name.length + value.length > MAX_LENGTH) throw invalid(`name and value are at most ${MAX_LENGTH} characters.`)
  if (sameSite !== 'Strict' && sameSite !== 'Lax') throw invalid('"sameSite" is "Strict" or "Lax".')
  if (lifeMs !== undefined && !(lifeMs >= 0 && lifeMs < Number.POSITIVE_INFINITY)) {
    throw invalid('"lifeMs" is a number from 0 on.')
  }
  const life = lifeMs === undefined ? '' : ` Max-Age=${Math.ceil(lifeMs / 1000)};`
  return `${name}=${value}; Path=/;${life} HttpOnly; Secure; SameSite=${sameSite}`
}

/** Without what HTTP calls optional whitespace, and no other. */
function trimmed(text: string, from: number, to: number): string {
  let [start, end] = [from, to]
  while (start < end && isBlank(text.charCodeAt(start))) start++
  while (start < end && isBlank(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09
}

/** Never with the value, which may be a secret. */
function invalid(says: string): ConfigurationError {
  return new ConfigurationError('ERR_OPTION_INVALID', `setCookie(): ${says}`)
}
