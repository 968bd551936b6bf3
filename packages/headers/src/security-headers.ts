import { type Allow, ConfigurationError, type Guard, guard, type Headers } from '@ashlar/core'
import { checkOptionNames } from '@ashlar/core/options'

import { CHOICE_NAMES, chosenHeaders, type HeaderChoices } from './choices.ts'
import { type CompiledPolicy, compilePolicy } from './content-security-policy.ts'
import type { CspDirectives } from './csp-directives.ts'
import { type CspState, nonceSlot } from './csp-nonce.ts'
import { type PermissionsPolicy, permissionsPolicyValue } from './permissions-policy.ts'
import { PROFILE_NAMES, type Profile, type ProfileName, profileOf } from './profile.ts'
import { reportEndpoint, reportingEndpointsValue } from './report-endpoint.ts'
import { type StrictTransportSecurity, strictTransportSecurityValue } from './strict-transport-security.ts'

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
const OPTIONS = [
  ...CHOICE_NAMES,
  'profile',
  'contentSecurityPolicy',
  'contentSecurityPolicyReportOnly',
  'reportTo',
  'permissionsPolicy',
  'strictTransportSecurity',
  'cacheControl',
]
/** What the framework tells of itself. */
const TELLTALES = Object.freeze(['x-powered-by'])

/**
 * Sets the headers that protect a browser's user. Reads the head, refuses nothing.
 * `Strict-Transport-Security` goes out only to a client that came over TLS, here or at a trusted proxy (RFC 6797 §7.2).
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`, `ERR_OPTION_UNSAFE`
 */
export function securityHeaders(options: SecurityHeadersOptions = {}): Guard<CspState> {
  checkOptionNames(WHERE, options, OPTIONS)
  const profile = profileOf(profileName(options.profile))
  const plain = passing(options, profile, false)
  const secure = passing(options, profile, true)
  return guard({
    name: 'security headers',
    layer: 'headers',
    reads: 'head',
    adds: { cspNonce: nonceSlot },
    check: (request) => (request.secure ? secure : plain),
  })
}

/** The one verdict that every request gets. */
function passing(options: SecurityHeadersOptions, profile: Profile, secure: boolean): Allow<CspState> {
  const policies = policiesOf(options, profile, secure)
  const headers: Record<string, string> = {}
  for (const [header, policy] of Object.entries(policies)) headers[header] = policy.text
  Object.assign(headers, plainHeaders(options, profile, secure))
  return Object.freeze({
    kind: 'allow',
    headers: Object.freeze(headers),
    remove: TELLTALES,
    // No page that an API renders asks for a nonce.
    ...(profile.nonces && { state: Object.freeze({ cspNonce: nonceSlot.from(policies) }) }),
  })
}

/** The policies by the header that carries them. */
function policiesOf(
  options: SecurityHeadersOptions,
  profile: Profile,
  secure: boolean,
): Readonly<Record<string, CompiledPolicy>> {
  const { contentSecurityPolicy: enforced = {}, contentSecurityPolicyReportOnly: tried } = options
  const base = profile.contentSecurityPolicy
  const report = endpointOf(options)
  const policies: Record<string, CompiledPolicy> = {}
  if (enforced !== false) {
    const where = `${WHERE} contentSecurityPolicy`
    policies['content-security-policy'] = compilePolicy(where, { directives: enforced, base, secure, report })
  }
  if (tried) {
    const where = `${WHERE} contentSecurityPolicyReportOnly`
    const under = { ...base, ...(enforced || {}) }
    const policy = compilePolicy(where, { directives: tried, base: under, secure, report })
    policies['content-security-policy-report-only'] = policy
  }
  return policies
}

function plainHeaders(options: SecurityHeadersOptions, profile: Profile, secure: boolean): Headers {
  const report = secure ? endpointOf(options) : undefined
  const headers = chosenHeaders(WHERE, options, profile.choices, report)
  const { permissionsPolicy = {}, strictTransportSecurity = {}, cacheControl = profile.cacheControl } = options
  if (permissionsPolicy !== false) {
    headers['permissions-policy'] = permissionsPolicyValue(WHERE, permissionsPolicy, profile.deniedFeatures)
  }
  if (strictTransportSecurity !== false) {
    const value = strictTransportSecurityValue(WHERE, strictTransportSecurity)
    if (secure) headers['strict-transport-security'] = value
  }
  if (report) headers['reporting-endpoints'] = reportingEndpointsValue(report)
  if (cacheControl !== false && cacheControl !== 'no-store') {
    throw new ConfigurationError('ERR_OPTION_INVALID', `${WHERE}: "cacheControl" is "no-store" or false.`)
  }
  if (cacheControl) headers['cache-control'] = cacheControl
  return headers
}

function endpointOf({ reportTo }: SecurityHeadersOptions): ReturnType<typeof reportEndpoint> | undefined {
  return reportTo === undefined ? undefined : reportEndpoint(WHERE, reportTo)
}

function profileName(name: ProfileName = 'web'): ProfileName {
  if (PROFILE_NAMES.includes(name)) return name
  throw new ConfigurationError(
    'ERR_OPTION_INVALID',
    `${WHERE}: "profile" is ${PROFILE_NAMES.map((each) => JSON.stringify(each)).join(' or ')}, not ${JSON.stringify(name)}.`,
  )
}
