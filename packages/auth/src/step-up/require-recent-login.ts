import {
  ALLOW,
  ConfigurationError,
  type Deny,
  deny,
  type Guard,
  guard,
  type Principal,
  principal,
  problem,
} from '@ashlar/core'
import { checkOptionNames, numberOption } from '@ashlar/core/options'
import { type Clock, systemClock } from '@ashlar/core/time'

import { challengeText, renderChallenge } from '../challenge.ts'

export interface RecentLoginOptions {
  /** The login must not be older. Seconds. */
  readonly maxAgeSeconds?: number
  /** The login must have been of one of these classes (`acr`), best first. */
  readonly acr?: string | readonly string[]
  /** Default `'api'`. */
  readonly realm?: string
  readonly clock?: Clock
}

/**
 * Asks for a more recent or a stronger login than the caller has (RFC 9470): 401 `insufficient_user_authentication` with
 * what would do. A principal that does not say when or how it logged in has not.
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`
 */
export function requireRecentLogin(options: RecentLoginOptions): Guard<object, { principal: Principal }> {
  const where = 'requireRecentLogin()'
  checkOptionNames(where, options, ['maxAgeSeconds', 'acr', 'realm', 'clock'])
  const { maxAgeSeconds, acr, realm = 'api', clock = systemClock } = options
  if (maxAgeSeconds === undefined && acr === undefined) {
    throw new ConfigurationError('ERR_OPTION_MISSING', `${where}: give "maxAgeSeconds", "acr" or both.`)
  }
  const classes = acr === undefined ? undefined : [acr].flat().map((entry) => challengeText(where, 'acr', entry))
  if (classes?.some((entry) => entry.includes(' ')) || classes?.length === 0) {
    throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: "acr" is a name without spaces, or a list of them.`)
  }
  const maxAgeMs =
    maxAgeSeconds === undefined
      ? undefined
      : 1000 * numberOption(where, 'maxAgeSeconds', maxAgeSeconds, { min: 0, max: 31_536_000 })
  const params = {
    realm: challengeText(where, 'realm', realm),
    error: 'insufficient_user_authentication',
    error_description: 'A more recent or a stronger login is required.',
    ...(classes && { acr_values: classes.join(' ') }),
    ...(maxAgeSeconds !== undefined && { max_age: String(maxAgeSeconds) }),
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
      return authenticatedAt !== undefined && clock.now() - authenticatedAt <= maxAgeMs ? ALLOW : old
    },
  })
}
