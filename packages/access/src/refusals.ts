import { type Deny, deny, type Principal, problem } from '@ashlar/core'
import { type OptionReader, text } from '@ashlar/core/options'

import { own } from './own.ts'

/** The option `challenge`: with what an anonymous caller is refused. */
export const challenge: OptionReader<string> = text({
  pattern: /^[\x21-\x7e][\x20-\x7e]{0,1000}$/,
  says: 'printable ASCII, such as "Bearer"',
  fallback: 'Bearer',
})

/** The two ways in which a permission is refused, made once a route. */
export class Refusals {
  /** 403: a known caller who may not. */
  readonly #notPermitted: Deny
  /** 401: nobody has said who is calling (RFC 9110 §15.5.2 asks for a challenge). */
  readonly #anonymous: Deny

  constructor(permission: string, challenge: string) {
    this.#notPermitted = deny(problem('not-permitted', { detail: 'You are not permitted to do this.' }), {
      event: 'authz_fail',
      reason: `no role of the principal grants ${permission}`,
    })
    this.#anonymous = deny(problem('credentials-required', { detail: 'Say who you are to do this.' }), {
      headers: { 'WWW-Authenticate': challenge },
      event: 'authz_fail',
      reason: `an anonymous caller is not granted ${permission}`,
    })
  }

  /** @param reason for the operator; default: that no role grants it */
  of(principal: Principal, reason?: string): Deny {
    const refusal = own(principal, 'kind') === 'anonymous' ? this.#anonymous : this.#notPermitted
    return reason === undefined ? refusal : { ...refusal, reason }
  }
}
