import type { Awaitable, Binding, RequestView } from '@ashlar/core'
import { isThenable } from '@ashlar/core/time'

import { type CredentialSource, type Fault, invalid, malformed, type Verified } from '../credential-source.ts'
import type { VerificationKey } from '../keys/verification-key.ts'
import type { Revocations } from '../revocation/revocations.ts'
import { whenKnown } from '../when-known.ts'
import { type BearerOptions, compileBearer } from './bearer-options.ts'
import { TokenCache } from './token-cache.ts'
import { TokenVerifier, type VerifiedToken } from './token-verifier.ts'

/** A token that has been verified, with what must still hold each time it is used. */
interface KnownToken {
  /** The whole header, so that only the identical text is ever found. */
  readonly credential: string
  readonly verdict: Verified
  readonly token: VerifiedToken
  readonly key: VerificationKey
  readonly startsAt: number
  readonly endsAt: number
  readonly binding: Binding | undefined
  /** The version of the revocations that it was last compared with. */
  comparedWith: number
}

/** RFC 6750 §2.1, RFC 9449 §7.1: one token of these characters behind the scheme. */
const CREDENTIALS = /^(?:bearer|dpop) +([A-Za-z0-9\-._~+/]+=*)$/i

const SYNTAX = malformed('the Authorization header holds no token', {
  description: 'The Authorization header could not be read.',
})
const REVOKED = invalid('the token has been revoked', { event: 'authn_token_reuse' })

/** Characters of credentials that are remembered for each token that may be: of long tokens fewer are remembered. */
const CHARACTERS_PER_TOKEN = 2048

/**
 * Access tokens that are JWTs, in the Authorization header (RFC 6750, RFC 7519, RFC 8725, RFC 9068, RFC 9449).
 * A verified token is remembered: expiry, revocation, binding and the standing of its key are looked at each time it is
 * used, the rest once.
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`, `ERR_OPTION_UNSAFE`
 * @example
 * const authentication = authenticate([
 *   bearer({ issuer: 'https://login.example.com/', audience: 'https://api.example.com', algorithms: ['RS256'] }),
 * ])
 */
export function bearer(options: BearerOptions): CredentialSource {
  const { issuers, maxTokenLength, maxRemembered, revocations, bindings, clock } = compileBearer('bearer()', options)
  const verifier = new TokenVerifier(issuers, clock, maxTokenLength)
  const cache =
    maxRemembered > 0 ? new TokenCache<KnownToken>(maxRemembered, maxRemembered * CHARACTERS_PER_TOKEN) : undefined

  function verify(credential: string, request: RequestView): Awaitable<Verified | Fault> {
    const known = cache?.get(credential)
    if (known !== undefined) {
      const now = clock.now()
      if (now < known.endsAt && now >= known.startsAt && known.key.current) return admit(known, request)
      cache!.delete(known)
    }
    return verifyAnew(credential, request)
  }

  function verifyAnew(credential: string, request: RequestView): Awaitable<Verified | Fault> {
    const token = CREDENTIALS.exec(credential)?.[1]
    if (token === undefined) return SYNTAX
    return whenKnown(verifier.verify(token), (settled) => learn(credential, settled, request))
  }

  function learn(
    credential: string,
    verified: VerifiedToken | Fault,
    request: RequestView,
  ): Awaitable<Verified | Fault> {
    if (verified.kind === 'fault') return verified
    const { principal } = verified
    const fault = bindings.schemeFault(credential, principal.binding)
    if (fault) return fault
    const verdict: Verified = Object.freeze({ kind: 'allow', state: Object.freeze({ principal }) })
    const { key, startsAt, endsAt } = verified
    const { binding } = principal
    const known = { credential, verdict, token: verified, key, startsAt, endsAt, binding, comparedWith: -1 }
    cache?.set(known)
    return admit(known, request)
  }

  function admit(known: KnownToken, request: RequestView): Awaitable<Verified | Fault> {
    if (revocations !== undefined) {
      const pending = revocations.refresh()
      if (isThenable(pending)) return whenKnown(pending, () => admitCompared(known, request, revocations))
      return admitCompared(known, request, revocations)
    }
    return known.binding === undefined ? known.verdict : admitBound(known, request)
  }

  function admitCompared(known: KnownToken, request: RequestView, view: Revocations): Awaitable<Verified | Fault> {
    if (known.comparedWith !== view.version) {
      const { principal, issuedAt } = known.token
      const { issuer, subject, tokenId, sessionId, clientId } = principal
      if (view.covers({ issuer, subject, tokenId, sessionId, clientId, issuedAt })) return REVOKED
      known.comparedWith = view.version
    }
    return known.binding === undefined ? known.verdict : admitBound(known, request)
  }

  function admitBound(known: KnownToken, request: RequestView): Awaitable<Verified | Fault> {
    const { credential, verdict } = known
    const fault = bindings.prove(known.binding!, request, credential)
    return whenKnown(fault, (settled) => settled ?? verdict)
  }

  return Object.freeze({
    name: 'bearer',
    place: 'authorization',
    challenges: bindings.challenges,
    find: (_: unknown, authorization: string | undefined) =>
      bindings.reads(authorization!) ? authorization : undefined,
    fits: (credential: string) => credential.includes('.'),
    verify,
  })
}
