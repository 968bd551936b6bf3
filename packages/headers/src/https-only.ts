import {
  ALLOW,
  type Allow,
  type Deny,
  deny,
  type Guard,
  guard,
  problem,
  type RequestView,
  type Respond,
  respond,
  warn,
} from '@ashlar/core'
import { flag, orFalse, readOptions, wholeNumber } from '@ashlar/core/options'

import {
  type StrictTransportSecurity,
  transportSecurity,
  transportSecurityHeader,
} from './strict-transport-security.ts'

export interface HttpsOnlyOptions {
  /** Whether `GET` and `HEAD` without credentials are sent on to https; otherwise they are refused. Default `true`. */
  readonly redirect?: boolean
  /** Where https is served. Default 443. */
  readonly port?: number
  /** Sent over TLS, so that browsers do not come over plain HTTP again. Default: one year with subdomains. */
  readonly strictTransportSecurity?: StrictTransportSecurity | false
}

const WHERE = 'httpsOnly()'
const HOST = /^([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i
const CREDENTIALS = ['authorization', 'proxy-authorization', 'x-api-key']

/**
 * Lets nothing in over plain HTTP. A page is sent on to https; what carries credentials or changes something is refused,
 * since it has been readable on its way already and its sender has to be mended.
 * Behind a proxy that terminates TLS, the adapter must be told to trust it (`trustedProxies`); where it was not, that is
 * warned of as `ERR_PROXY_NOT_TRUSTED`.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`
 * @example
 * app.use(protect(httpsOnly(), securityHeaders()))
 */
export function httpsOnly(options: HttpsOnlyOptions = {}): Guard {
  const { redirect, port, strictTransportSecurity } = readOptions(WHERE, options, {
    redirect: flag(true),
    port: wholeNumber({ min: 1, max: 65_535, fallback: 443 }),
    strictTransportSecurity: orFalse(transportSecurity),
  })
  const suffix = port === 443 ? '' : `:${port}`
  const secure: Allow<never> = strictTransportSecurity
    ? Object.freeze({
        kind: 'allow',
        headers: Object.freeze(transportSecurityHeader(WHERE, strictTransportSecurity)),
      })
    : ALLOW
  return guard({
    name: 'https only',
    layer: 'request',
    reads: 'head',
    check(request) {
      if (request.secure) return secure
      if (request.headers['x-forwarded-proto'] === 'https') tellOfProxy()
      return (redirect && redirection(request, suffix)) || REFUSAL
    },
  })
}

const REFUSAL: Deny = Object.freeze(deny(problem('https-required'), { reason: 'The request came over plain HTTP' }))

/** Its clients would be sent on to where they are for ever. */
function tellOfProxy(): void {
  warn(
    'ERR_PROXY_NOT_TRUSTED',
    `${WHERE}: requests say that they came over https, from a proxy that is not trusted, so they count as plain HTTP and are sent on for ever. Set "trust proxy" or trustedProxies.`,
  )
}

/** To the host that the client itself named, so that nobody is sent where they did not want to go. */
function redirection(request: RequestView, port: string): Respond | undefined {
  const { method, headers, target } = request
  if ((method !== 'GET' && method !== 'HEAD') || !target.startsWith('/')) return undefined
  if (CREDENTIALS.some((name) => headers[name] !== undefined)) return undefined
  const host = HOST.exec(headers.host ?? '')?.[1]
  if (host === undefined) return undefined
  const location = `https://${host.toLowerCase()}${port}${target}`
  return respond(308, { headers: { location }, reason: 'The request came over plain HTTP' })
}
