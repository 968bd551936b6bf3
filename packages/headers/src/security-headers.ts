import { type Allow, ConfigurationError, checkOptionNames, type Guard, type Headers } from '@ashlar/core'

import { CHOICE_NAMES, chosenHeaders, type HeaderChoices } from './choices.ts'
import { type PermissionsPolicy, permissionsPolicyValue } from './permissions-policy.ts'
import { type Directives, PROFILE_NAMES, type ProfileName, profileOf } from './profile.ts'
import { type StrictTransportSecurity, strictTransportSecurityValue } from './strict-transport-security.ts'

export interface SecurityHeadersOptions extends HeaderChoices {
  /** `web` for pages, `api` for answers that no browser should render. Default `web`. */
  readonly profile?: ProfileName
  /** Features that pages may use. Every other is denied; in the `api` profile only the gravest are, to keep answers short. */
  readonly permissionsPolicy?: PermissionsPolicy | false
  /** Sent over TLS only. Default: one year with subdomains. */
  readonly strictTransportSecurity?: StrictTransportSecurity | false
  /** Default `false`, in the `api` profile `no-store`. A handler that sets its own replaces it. */
  readonly cacheControl?: 'no-store' | false
}

const WHERE = 'securityHeaders()'
const OPTIONS = [...CHOICE_NAMES, 'profile', 'permissionsPolicy', 'strictTransportSecurity', 'cacheControl']
/** Over plain HTTP it would break a page that is served so, as in development. */
const TLS_ONLY = 'upgrade-insecure-requests'

/**
 * Sets the headers that protect a browser's user. Reads the head, refuses nothing.
 * `Strict-Transport-Security` goes out only to a client that came over TLS, here or at a trusted proxy (RFC 6797 §7.2).
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`
 */
export function securityHeaders(options: SecurityHeadersOptions = {}): Guard {
  checkOptionNames(WHERE, options, OPTIONS)
  const plain = passing(headersFor(options, false))
  const secure = passing(headersFor(options, true))
  return Object.freeze<Guard>({
    name: 'security headers',
    layer: 'headers',
    reads: 'head',
    check: (request) => (request.secure ? secure : plain),
  })
}

function headersFor(options: SecurityHeadersOptions, secure: boolean): Headers {
  const profile = profileOf(profileName(options.profile))
  const headers: Record<string, string> = {
    'content-security-policy': policyText(profile.contentSecurityPolicy, secure),
    ...chosenHeaders(WHERE, options, profile.choices),
  }
  const { permissionsPolicy = {}, strictTransportSecurity = {}, cacheControl = profile.cacheControl } = options
  if (permissionsPolicy !== false)
    headers['permissions-policy'] = permissionsPolicyValue(WHERE, permissionsPolicy, profile.deniedFeatures)
  if (strictTransportSecurity !== false) {
    const value = strictTransportSecurityValue(WHERE, strictTransportSecurity)
    if (secure) headers['strict-transport-security'] = value
  }
  if (cacheControl !== false && cacheControl !== 'no-store') {
    throw new ConfigurationError('ERR_OPTION_INVALID', `${WHERE}: "cacheControl" is "no-store" or false.`)
  }
  if (cacheControl) headers['cache-control'] = cacheControl
  return headers
}

function passing(headers: Headers): Allow<never> {
  return Object.freeze({ kind: 'allow', headers: Object.freeze(headers) })
}

function profileName(name: ProfileName = 'web'): ProfileName {
  if (PROFILE_NAMES.includes(name)) return name
  throw new ConfigurationError(
    'ERR_OPTION_INVALID',
    `${WHERE}: "profile" is ${PROFILE_NAMES.map((each) => JSON.stringify(each)).join(' or ')}, not ${JSON.stringify(name)}.`,
  )
}

function policyText(directives: Directives, secure: boolean): string {
  return Object.entries(directives)
    .filter(([name]) => secure || name !== TLS_ONLY)
    .map(([name, sources]) => [name, ...sources].join(' '))
    .join('; ')
}
