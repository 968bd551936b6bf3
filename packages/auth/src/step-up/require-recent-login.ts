import { ALLOW, type Deny, deny, type Guard, guard, type Principal, principal, problem } from '@ashlar/core'
import { clock, duration, OptionPlace, optional, readOptions, text } from '@ashlar/core/options'
import type { Clock, Duration } from '@ashlar/core/time'

import { challengeText, renderChallenge } from '../challenge.ts'
import { oneOrMore } from '../reading/one-or-more.ts'

export interface RecentLoginOptions {
  /** The login must not be older. At most `'365d'`. Default: any age will do. */
  readonly maxAge?: Duration
  /** The login must have been of one of these classes (`acr`), best first. Default: any will do. */
  readonly acr?: string | readonly string[]
  /** Default `'api'`. */
  readonly realm?: string
  readonly clock?: Clock
}

/** In a challenge the names stand with spaces between. */
const CLASS = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/**
 * Asks for a more recent or a stronger login than the caller has (RFC 9470): 401 `insufficient_user_authentication` with
 * what would do. A principal that does not say when or how it logged in has not.
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`
 * @example
 * app.post('/transfer', protect(requireRecentLogin({ maxAge: '5m', acr: 'mfa' })), transfer)
 */
export function requireRecentLogin(options: RecentLoginOptions): Guard<object, { principal: Principal }> {
  const where = 'requireRecentLogin()'
  const settings = readOptions(where, options, {
    maxAge: optional(duration({ min: '0ms', max: '365d' })),
    acr: optional(oneOrMore(text({ pattern: CLASS, says: 'a name of printable ASCII without spaces', quote: true }))),
    realm: challengeText('api'),
    clock,
  })
  const { maxAge: maxAgeMs, acr: classes, realm, clock: time } = settings
  if (maxAgeMs === undefined && classes === undefined) {
    throw new OptionPlace(where, 'maxAge').missing('Give it, "acr", or both.')
  }
  const params = {
    realm,
    error: 'insufficient_user_authentication',
    error_description: 'A more recent or a stronger login is required.',
    ...(classes && { acr_values: classes.join(' ') }),
    ...(maxAgeMs !== undefined && { max_age: String(Math.floor(maxAgeMs / 1000)) }),
  }
  const refusal = (scheme: string, reason: string): Deny =>
    deny(problem('insufficient-authentication', { detail: params.error_description }), {
      headers: { 'WWW-Authenticate': renderChallenge({ scheme, params }) },
      reason,
    })
  const refusals = (scheme: string) => ({
    old: refusal(scheme, 'the login is too old'),
    weak: refusal(scheme, 'the login is not of a class that is asked for'),
  })
  const bearer = refusals('Bearer')
  const dpop = refusals('DPoP')

  return guard({
    name: 'require recent login',
    layer: 'authentication',
    reads: 'head',
    needs: { principal },
    check(_, { principal }) {
      const { old, weak } = principal.binding?.kind === 'dpop' ? dpop : bearer
      if (classes && !classes.includes(principal.acr ?? '')) return weak
      if (maxAgeMs === undefined) return ALLOW
      const { authenticatedAt } = principal
      return authenticatedAt !== undefined && time.now() - authenticatedAt <= maxAgeMs ? ALLOW : old
    },
  })
}
