import { OptionPlace } from '../options/option-place.ts'
import { parseUrl } from './parse-url.ts'

/** `URL` writes every spelling of an IPv4 address in four decimal parts, so `127.1` is found as well. */
const THIS_MACHINE = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/**
 * An absolute `https:` URL; `http:` only on this machine.
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`, and `ERR_OPTION_UNSAFE` for plain HTTP to
 * another machine and for a URL that holds a password
 */
export function secureUrl(where: string, name: string, text: string | URL | undefined): URL {
  const at = new OptionPlace(where, name)
  if (text === undefined) throw at.missing()
  const url = parseUrl(text instanceof URL ? text.href : text)
  if (!url) throw at.invalid('an absolute URL', text)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && THIS_MACHINE.test(url.hostname))) {
    throw at.unsafe(`must be an https: URL; over ${url.protocol} anyone on the way could answer`)
  }
  if (url.username !== '' || url.password !== '') throw at.unsafe('must not hold a user name or password')
  return url
}
