import { type Deny, deny, problem } from '@ashlar/core'

/** The two ways in which a permission is refused, made once a route. */
export interface Refusals {
  /** 403: a known caller who may not. */
  readonly notPermitted: Deny
  /** 401: nobody has said who is calling (RFC 9110 §15.5.2 asks for a challenge). */
  readonly anonymous: Deny
}

export function refusalsOf(permission: string, challenge: string): Refusals {
  return Object.freeze({
    notPermitted: deny(problem('not-permitted', { detail: 'You are not permitted to do this.' }), {
      event: 'authz_fail',
      reason: `no role of the principal grants ${permission}`,
    }),
    anonymous: deny(problem('credentials-required', { detail: 'Say who you are to do this.' }), {
      headers: { 'WWW-Authenticate': challenge },
      event: 'authz_fail',
      reason: `an anonymous caller is not granted ${permission}`,
    }),
  })
}
