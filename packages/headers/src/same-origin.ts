import {
  ALLOW,
  type Allow,
  type Deny,
  deny,
  type Guard,
  guard,
  type PathPattern,
  problem,
  type RequestView,
} from '@ashlar/core'
import { compilePaths } from '@ashlar/core/http'
import {
  custom,
  flag,
  group,
  listOf,
  type OptionTable,
  optional,
  orElse,
  readOptions,
  text,
} from '@ashlar/core/options'

import {
  type CrossSiteToken,
  type CrossSiteTokenState,
  type CrossSiteTokens,
  crossSiteTokens,
  type TokenVerifier,
  tokenSlot,
} from './cross-site-token.ts'
import { includesOrigin, NO_ORIGINS, type OriginPattern, type Origins, origins } from './origins.ts'

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
/** Java's own client offers it with every request; node does not take it up. */
const TO_HTTP_2 = /^\s*h2c\s*$/i

const exemptions = listOf(
  group({
    path: custom((path, { where, option }) => compilePaths(`${where}: "${option}"`, [path as string])),
    reason: text({ pattern: /\S/, says: 'a sentence that says why' }),
  } satisfies OptionTable<Exemption>),
)

/**
 * Refuses changes that another site makes its visitor's browser send (cross-site request forgery). It goes by
 * `Sec-Fetch-Site`; where a browser does not send that, by `Origin` against `Host`; where that does not settle it, by a signed
 * token, and without one lets through only what says no origin and carries nothing that a browser adds by itself: no cookie,
 * no client certificate, no password dialog's credentials.
 * Safe methods pass, except to open a WebSocket. Keeps no state on the server.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`, `ERR_OPTION_MISSING`, `ERR_OPTION_UNSAFE`
 * @example
 * app.use(protect(sameOrigin({ exempt: [{ path: '/hooks/*', reason: 'The sender signs its requests' }] })))
 */
export function sameOrigin(options: SameOriginOptions = {}): Guard<CrossSiteTokenState> {
  const read = readOptions(WHERE, options, {
    origins: orElse(origins, () => NO_ORIGINS),
    sameSite: flag(false),
    exempt: orElse(exemptions, () => []),
    token: optional(crossSiteTokens),
  })
  const { origins: allowed, token } = read
  const sites: ReadonlySet<string> = new Set(['same-origin', 'none', ...(read.sameSite ? ['same-site'] : [])])
  const exempt = read.exempt.map(({ path: matches, reason }) => {
    const verdict: Allow<never> = Object.freeze({ kind: 'allow', reason })
    return { matches, verdict }
  })
  const passing: Allow<CrossSiteTokens['state']> = token ? Object.freeze({ kind: 'allow', state: token.state }) : ALLOW
  return guard({
    name: 'same origin',
    layer: 'cross-site',
    reads: token?.reads ?? 'head',
    ...(token && { adds: { crossSiteToken: tokenSlot } }),
    check(request): Allow<CrossSiteTokens['state']> | Deny {
      if (SAFE.has(request.method) && !opensSocket(request)) return passing
      const refusal = judge(request, allowed, sites, token?.verify)
      if (refusal === undefined) return passing
      return exempt.find(({ matches }) => matches(request.path))?.verdict ?? refusal
    },
  })
}

function opensSocket({ headers: { upgrade } }: RequestView): boolean {
  return upgrade !== undefined && !TO_HTTP_2.test(upgrade)
}

function judge(
  request: RequestView,
  allowed: Origins,
  sites: ReadonlySet<string>,
  verify: TokenVerifier | undefined,
): Deny | undefined {
  const { headers } = request
  const site = headers['sec-fetch-site']
  const { origin } = headers
  if (origin !== undefined && includesOrigin(allowed, origin)) return undefined
  if (site !== undefined) return sites.has(site as string) ? undefined : REFUSED.site
  if (origin !== undefined && isOwnOrigin(origin, request)) return undefined
  // A page with the policy `no-referrer` says "null" of itself, and a proxy may have changed the host: the token settles it.
  if (verify?.(request)) return undefined
  if (origin !== undefined) return REFUSED.origin
  if (verify) return REFUSED.token
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

const REFUSED = {
  site: refusal('The browser says that another site sent the request'),
  origin: refusal('The origin is neither this one nor one that is allowed'),
  token: refusal('Neither Sec-Fetch-Site nor Origin was sent, and no valid token'),
  unknown: refusal('Neither Sec-Fetch-Site nor Origin was sent with what a browser adds by itself'),
} as const

function refusal(reason: string): Deny {
  return Object.freeze(deny(problem('cross-origin-refused'), { reason, event: 'malicious_cors' }))
}
