import { type Deny, deny, type Effects, problem } from '@ashlar/core'

import { renderChallenge } from './challenge.ts'
import type { Challenge, CredentialSource, Fault } from './credential-source.ts'

/** The refusals of one guard, each made once. */
export class Refusals {
  /** No credentials were sent: no error code (RFC 6750 §3.1). */
  readonly required: Deny
  readonly unsupported: Deny
  readonly ambiguous: Deny
  readonly duplicate: Deny
  readonly #params: Readonly<Record<string, string>>
  /** By source as well: two sources may share a fault and differ in their challenges. */
  readonly #made = new WeakMap<CredentialSource, WeakMap<Fault, Deny>>()

  /** @param params what every challenge carries: the realm, and where the resource's metadata are */
  constructor(sources: readonly CredentialSource[], params: Readonly<Record<string, string>>) {
    this.#params = params
    const challenges = sources.flatMap((source) => source.challenges)
    const plain = this.#challenge(challenges)
    const broken = this.#challenge(challenges.slice(0, 1), { error: 'invalid_request' })
    this.required = deny(problem('credentials-required'), { ...plain, reason: 'no credentials were sent' })
    this.unsupported = deny(problem('credentials-required'), {
      ...plain,
      reason: 'the authentication scheme is not one of those accepted',
    })
    this.ambiguous = deny(problem('malformed-credentials', { detail: 'Send one credential, not several.' }), {
      ...broken,
      event: 'authn_login_fail',
      reason: 'several credentials were sent',
    })
    this.duplicate = deny(problem('malformed-credentials', { detail: 'Send a credential header once.' }), {
      ...broken,
      event: 'authn_login_fail',
      reason: 'a credential header was sent several times',
    })
  }

  /** A fault that is a constant has a refusal that is one. */
  of(fault: Fault, source: CredentialSource): Deny {
    let refusals = this.#made.get(source)
    if (!refusals) {
      refusals = new WeakMap()
      this.#made.set(source, refusals)
    }
    const known = refusals.get(fault)
    if (known) return known
    const made = this.#refuse(fault, source)
    refusals.set(fault, made)
    return made
  }

  #refuse(fault: Fault, source: CredentialSource): Deny {
    const { status, reason, description, scheme, event = 'authn_login_fail', headers } = fault
    const error = fault.error ?? (status === 'malformed' ? 'invalid_request' : 'invalid_token')
    const { challenges } = source
    const challenge = challenges.find((candidate) => candidate.scheme === scheme) ?? challenges[0]
    const effects = this.#challenge(challenge ? [challenge] : [], {
      error,
      ...(description && { error_description: description }),
    })
    const code = status === 'malformed' ? 'malformed-credentials' : 'invalid-credentials'
    return deny(problem(code, description === undefined ? undefined : { detail: description }), {
      ...effects,
      headers: { ...effects.headers, ...headers },
      event,
      reason,
    })
  }

  #challenge(challenges: readonly Challenge[], more: Readonly<Record<string, string>> = {}): Effects {
    const rendered = new Set(
      challenges.map(({ scheme, params }) =>
        renderChallenge({ scheme, params: { ...this.#params, ...params, ...more } }),
      ),
    )
    const [first, ...others] = rendered
    if (first === undefined) return {}
    return others.length === 0
      ? { headers: { 'WWW-Authenticate': first } }
      : { append: { 'WWW-Authenticate': [...rendered] } }
  }
}
