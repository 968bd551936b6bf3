import {
  ALLOW,
  type Allow,
  type Awaitable,
  ConfigurationError,
  type Deny,
  deny,
  type Guard,
  guard,
  type PathPattern,
  problem,
  type RequestView,
} from '@ashlar/core'
import { compilePaths } from '@ashlar/core/http'
import { checkOptionNames } from '@ashlar/core/options'

import {
  type CrossSiteToken,
  type CrossSiteTokenState,
  type CrossSiteTokens,
  crossSiteTokens,
  type TokenVerifier,
  tokenSlot,
} from './cross-site-token.ts'
import { compileOrigins, includesOrigin, type OriginPattern, type Origins } from './origins.ts'

export interface SameOriginOptions {
  /** Other origins whose pages may send changes here. Default none. */
  readonly origins?: readonly OriginPattern[]
  /** Whether every origin of the same site (`a.example.com`, `b.example.com`) may. Default `false`. */
  readonly sameSite?: boolean
  /** Routes that other sites must be able to call, each with the reason. Matched exactly as sent, like `except()`. */
  readonly exempt?: readonly Exemption[]
  /** A signed token for browsers so old that they send neither `Sec-Fetch-Site` nor `Origin`. Default none: they are refused. */
  readonly token?: CrossSiteToken
}

export interface Exemption {
  readonly path: PathPattern
  /** Published with the decision. */
  readonly reason: string
}

const WHERE = 'sameOrigin()'
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/**
 * Refuses changes that another site makes its visitor's browser send (cross-site request forgery). It goes by
 * `Sec-Fetch-Site`; where a browser does not send that, by `Origin` against `Host`; where it sends neither, by a signed
 * token, and without one lets through only what carries nothing that a browser adds by itself: no cookie, no client
 * certificate, no password dialog's credentials.
 * Safe methods pass, except to open a WebSocket. Keeps no state on the server.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`, `ERR_OPTION_UNSAFE`
 */
export function sameOrigin(options: SameOriginOptions = {}): Guard<CrossSiteTokenState> {
  checkOptionNames(WHERE, options, ['origins', 'sameSite', 'exempt', 'token'])
  const origins = compileOrigins(WHERE, options.origins ?? [])
  const sites: ReadonlySet<string> = new Set(['same-origin', 'none', ...(options.sameSite ? ['same-site'] : [])])
  const exemption = compileExemptions(options.exempt ?? [])
  const tokens = options.token && crossSiteTokens(`${WHERE} token`, options.token)
  const passing: Allow<CrossSiteTokens['state']> = tokens
    ? Object.freeze({ kind: 'allow', state: tokens.state })
    : ALLOW
  return guard({
    name: 'same origin',
    layer: 'cross-site',
    reads: tokens?.reads ?? 'head',
    ...(tokens && { adds: { crossSiteToken: tokenSlot } }),
    check(request): Awaitable<Allow<CrossSiteTokens['state']> | Deny> {
      if (SAFE.has(request.method) && request.headers.upgrade === undefined) return passing
      const refusal = judge(request, origins, sites, tokens?.verify)
      return refusal === undefined ? passing : (exemption(request.path) ?? refusal)
    },
  })
}

function judge(
  request: RequestView,
  origins: Origins,
  sites: ReadonlySet<string>,
  verify: TokenVerifier | undefined,
): Deny | undefined {
  const { headers } = request
  const site = headers['sec-fetch-site']
  const { origin } = headers
  if (origin !== undefined && includesOrigin(origins, origin)) return undefined
  if (site !== undefined) return sites.has(site as string) ? undefined : REFUSED.site
  if (origin !== undefined) return isOwnOrigin(origin, request) ? undefined : REFUSED.origin
  if (verify) return verify(request) ? undefined : REFUSED.token
  return carriesAmbientCredentials(request) ? REFUSED.unknown : undefined
}

/**
 * Whether `Origin` names the host that the request was sent to. Over TLS the origin has to be https as well; without, it
 * may be either, since a proxy that was not declared may have taken the TLS off.
 */
function isOwnOrigin(origin: string, request: RequestView): boolean {
  const hosts = request.headerValues('host')
  if (hosts.length !== 1 || hosts[0] === '') return false
  const host = hosts[0]!.toLowerCase()
  if (origin === `https://${withoutPort(host, ':443')}`) return true
  return !request.secure && origin === `http://${withoutPort(host, ':80')}`
}

/** Browsers leave out the port that goes without saying. */
function withoutPort(host: string, port: string): string {
  return host.endsWith(port) ? host.slice(0, -port.length) : host
}

/** What a browser sends along without the page's doing: cookies, remembered passwords, client certificates. */
function carriesAmbientCredentials({ headers, raw }: RequestView): boolean {
  if (headers.cookie !== undefined || (raw.socket as { authorized?: boolean }).authorized === true) return true
  return headers.authorization !== undefined && !/^(?:Bearer|DPoP) /i.test(headers.authorization)
}

function compileExemptions(exemptions: readonly Exemption[]): (path: string) => Allow<never> | undefined {
  if (!Array.isArray(exemptions)) {
    throw new ConfigurationError('ERR_OPTION_INVALID', `${WHERE}: "exempt" is a list of { path, reason }.`)
  }
  const compiled = (exemptions as readonly Exemption[]).map(({ path, reason }) => {
    if (typeof reason !== 'string' || reason.trim() === '') {
      throw new ConfigurationError('ERR_OPTION_INVALID', `${WHERE}: each exemption says its "reason".`)
    }
    const verdict: Allow<never> = Object.freeze({ kind: 'allow', reason })
    return { matches: compilePaths(`${WHERE} exempt`, [path]), verdict }
  })
  return (path) => compiled.find(({ matches }) => matches(path))?.verdict
}

const REFUSED = {
  site: refusal('The browser says that another site sent the request'),
  origin: refusal('The origin is neither this one nor one that is allowed'),
  token: refusal('Neither Sec-Fetch-Site nor Origin was sent, and no valid token'),
  unknown: refusal('Neither Sec-Fetch-Site nor Origin was sent with what a browser adds by itself'),
} as const

function refusal(reason: string): Deny {
  return Object.freeze(deny(problem('cross-origin-refused'), { reason, event: 'malicious_cors' }))
}
