import { type Allow, type Guard, guard, warn } from '@ashlar/core'
import { OptionPlace, oneOf, optional, orFalse, readOptions } from '@ashlar/core/options'
import helmet from 'helmet'

import { CHOICES, type ChosenHeaders, type HeaderChoices, helmetOptions } from './choices.ts'
import { compilePolicy, laidOver, type PolicyLines } from './content-security-policy.ts'
import type { CspDirectives } from './csp-directives.ts'
import { type CspState, nonceSlot, type Policies, withEarlierNonce } from './csp-nonce.ts'
import { cspDirectives, type ReadDirectives } from './csp-table.ts'
import { helmetHeaders } from './helmet-headers.ts'
import { type PermissionsPolicy, permissionsPolicy, permissionsPolicyValue } from './permissions-policy.ts'
import { type Profile, type ProfileName, profileOf } from './profile.ts'
import { type ReportEndpoint, reportEndpoint, reportingEndpointsValue } from './report-endpoint.ts'
import {
  type StrictTransportSecurity,
  type TransportSecurity,
  transportSecurity,
  transportSecurityHeader,
} from './strict-transport-security.ts'

export interface SecurityHeadersOptions extends HeaderChoices {
  /** `web` for pages, `api` for answers that no browser should render. Default `web`. */
  readonly profile?: ProfileName
  /** Directives that replace the profile's, each by its name. Default: the profile's. */
  readonly contentSecurityPolicy?: CspDirectives | false
  /** A policy to try out, laid over the one in force: what it would stop is reported, and not stopped. Default none. */
  readonly contentSecurityPolicyReportOnly?: CspDirectives
  /** Where browsers report violations: a path with `receiveReports()` on it, or an https address. Default nowhere. */
  readonly reportTo?: string
  /** Features that pages may use. Every other is denied; in the `api` profile only the gravest are, to keep answers short. */
  readonly permissionsPolicy?: PermissionsPolicy | false
  /** Sent over TLS only. Default: one year with subdomains. */
  readonly strictTransportSecurity?: StrictTransportSecurity | false
  /** Default `false`, in the `api` profile `no-store`. A handler that sets its own replaces it. */
  readonly cacheControl?: 'no-store' | false
}

const WHERE = 'securityHeaders()'
/** What the framework tells of itself. */
const TELLTALES = Object.freeze(['x-powered-by'])

/** Helmet's other names, with what is written here. */
const HINTS: Readonly<Record<string, string>> = {
  hsts: "Write strictTransportSecurity: { maxAge: '365d' }.",
  frameguard: "Write xFrameOptions: 'SAMEORIGIN'.",
  noSniff: 'Write xContentTypeOptions.',
  dnsPrefetchControl: 'Write xDnsPrefetchControl.',
  ieNoOpen: 'Write xDownloadOptions.',
  permittedCrossDomainPolicies: 'Write xPermittedCrossDomainPolicies.',
  xssFilter: 'Write xXssProtection.',
  hidePoweredBy: 'X-Powered-By is always taken off.',
  xPoweredBy: 'X-Powered-By is always taken off.',
  reportUri: "Write reportTo: '/reports'.",
}

/**
 * Sets the headers that protect a browser's user: helmet's, stricter, and on every answer. Reads the head, refuses nothing.
 * `Strict-Transport-Security` goes out only to a client that came over TLS, here or at a trusted proxy (RFC 6797 §7.2).
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`, `ERR_OPTION_UNSAFE`
 * @example
 * app.use(protect(securityHeaders({ contentSecurityPolicy: { imgSrc: ["'self'", 'https://images.example.com'] } })))
 */
export function securityHeaders(options: SecurityHeadersOptions = {}): Guard<CspState> {
  const settings = readSettings(options)
  const plain = passing(settings, false)
  const secure = passing(settings, true)
  return guard({
    name: 'security headers',
    layer: 'headers',
    reads: 'head',
    // No page that an API renders asks for a nonce.
    ...(settings.profile.nonces && { adds: { cspNonce: nonceSlot } }),
    check(request, state) {
      const { verdict, policies } = request.secure ? secure : plain
      return (settings.profile.nonces && withEarlierNonce(verdict, policies, state, request.raw)) || verdict
    },
  })
}

interface Settings {
  readonly profile: Profile
  readonly chosen: ChosenHeaders
  readonly enforced: PolicyLines | undefined
  readonly tried: PolicyLines | undefined
  readonly report: ReportEndpoint | undefined
  readonly permissionsPolicy: string | undefined
  readonly transport: TransportSecurity | false
  readonly cacheControl: 'no-store' | false
}

function readSettings(options: SecurityHeadersOptions): Settings {
  const read = readOptions<SecurityHeadersOptions, typeof TABLE>(WHERE, options, TABLE, { hints: HINTS })
  const profile = profileOf(read.profile)
  const base = profile.contentSecurityPolicy
  const over: Partial<ReadDirectives> = read.contentSecurityPolicy || {}
  const { xFrameOptions, contentSecurityPolicyReportOnly: tried } = read
  if (xFrameOptions === 'SAMEORIGIN' && over.frameAncestors && over.frameAncestors.includes("'none'")) {
    throw new OptionPlace(WHERE, 'xFrameOptions').invalid("'DENY' beside frameAncestors 'none', by which browsers go")
  }
  // Browsers go by the policy, so the one says what the other says.
  const framed = xFrameOptions === 'SAMEORIGIN' ? { frameAncestors: over.frameAncestors ?? ["'self'"] } : {}
  if (tried && read.reportTo === undefined) {
    warn('ASHLAR_CSP_SILENT', `${WHERE}: "contentSecurityPolicyReportOnly" reports to nobody. Give "reportTo" as well.`)
  }
  return {
    profile,
    chosen: chosenOver(profile.choices, read),
    enforced: read.contentSecurityPolicy === false ? undefined : laidOver({ ...over, ...framed }, base),
    tried: tried && laidOver(tried, Object.fromEntries(laidOver({ ...over, ...framed }, base))),
    report: read.reportTo,
    permissionsPolicy:
      read.permissionsPolicy === false
        ? undefined
        : permissionsPolicyValue(read.permissionsPolicy ?? {}, profile.deniedFeatures),
    transport: read.strictTransportSecurity,
    cacheControl: read.cacheControl ?? profile.cacheControl,
  }
}

const TABLE = {
  ...CHOICES,
  profile: oneOf(['web', 'api'], { fallback: 'web' }),
  contentSecurityPolicy: optional(orFalse(cspDirectives)),
  contentSecurityPolicyReportOnly: optional(cspDirectives),
  reportTo: optional(reportEndpoint),
  permissionsPolicy: optional(orFalse(permissionsPolicy)),
  strictTransportSecurity: orFalse(transportSecurity),
  cacheControl: optional(orFalse(oneOf(['no-store']))),
}

function chosenOver(
  defaults: ChosenHeaders,
  given: { readonly [Name in keyof ChosenHeaders]: ChosenHeaders[Name] | undefined },
): ChosenHeaders {
  const names = Object.keys(CHOICES) as (keyof ChosenHeaders)[]
  return Object.fromEntries(names.map((name) => [name, given[name] ?? defaults[name]])) as unknown as ChosenHeaders
}

/** The one verdict that every request gets, and the policies in it. */
interface Passing {
  readonly verdict: Allow<CspState>
  readonly policies: Policies
}

function passing(settings: Settings, secure: boolean): Passing {
  const policies = policiesOf(settings, secure)
  const headers: Record<string, string> = {}
  for (const [header, policy] of Object.entries(policies)) headers[header] = policy.text
  Object.assign(headers, plainHeaders(settings, secure))
  const verdict: Allow<CspState> = Object.freeze({
    kind: 'allow',
    headers: Object.freeze(headers),
    remove: TELLTALES,
    ...(settings.profile.nonces && { state: Object.freeze({ cspNonce: nonceSlot.from(policies) }) }),
  })
  return { verdict, policies }
}

/** The policies by the header that carries them. */
function policiesOf({ enforced, tried, report }: Settings, secure: boolean): Policies {
  const where = `${WHERE}: "contentSecurityPolicy"`
  const manner = { secure, report }
  return {
    ...(enforced && { 'content-security-policy': compilePolicy(where, enforced, { ...manner, reportOnly: false }) }),
    ...(tried && {
      'content-security-policy-report-only': compilePolicy(where, tried, { ...manner, reportOnly: true }),
    }),
  }
}

/** Helmet's other headers, and those that helmet does not have. */
function plainHeaders(settings: Settings, secure: boolean): Record<string, string> {
  const { chosen, transport, permissionsPolicy, cacheControl } = settings
  const headers = helmetHeaders(WHERE, () => helmet(helmetOptions(chosen)))
  if (chosen.originAgentCluster === '?0') headers['origin-agent-cluster'] = '?0'
  if (secure && transport) Object.assign(headers, transportSecurityHeader(WHERE, transport))
  const { crossOriginEmbedderPolicyReportOnly: embedder, crossOriginOpenerPolicyReportOnly: opener } = chosen
  if (embedder) headers['cross-origin-embedder-policy-report-only'] = embedder
  if (opener) headers['cross-origin-opener-policy-report-only'] = opener
  if (permissionsPolicy !== undefined) headers['permissions-policy'] = permissionsPolicy
  if (cacheControl) headers['cache-control'] = cacheControl
  if (secure && settings.report) nameEndpoint(headers, settings.report)
  return headers
}

/** Browsers heed endpoints over TLS only. */
function nameEndpoint(headers: Record<string, string>, report: ReportEndpoint): void {
  headers['reporting-endpoints'] = reportingEndpointsValue(report)
  for (const name in headers) {
    if (/^cross-origin-(?:embedder|opener)-policy/.test(name)) headers[name] += `; report-to="${report.name}"`
  }
}
