import type { Awaitable, Binding, RequestView } from '@ashlar/core'

import { type CredentialSource, type Fault, invalid, malformed, type Verified } from '../credential-source.ts'
import type { VerificationKey } from '../keys/verification-key.ts'
import type { ProofOfPossession } from '../proof/proof-of-possession.ts'
import type { Revocations } from '../revocation/revocations.ts'
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
const UNBOUND = invalid('the token is bound to a key that the caller has not shown to hold')
const NOT_BOUND = invalid('the token is not bound to a DPoP key', { scheme: 'DPoP' })
const REVOKED = invalid('the token has been revoked', { event: 'authn_token_reuse' })

/** Characters of credentials that are remembered for each token that may be: of long tokens fewer are remembered. */
const CHARACTERS_PER_TOKEN = 2048

/**
 * Access tokens that are JWTs, in the Authorization header (RFC 6750, RFC 7519, RFC 8725, RFC 9068, RFC 9449).
 * A verified token is remembered: expiry, revocation, binding and the standing of its key are looked at each time it is
 * used, the rest once.
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`, `ERR_OPTION_UNSAFE`
 */
export function bearer(options: BearerOptions): CredentialSource {
  const { issuers, maxTokenLength, cachedTokens, revocations, proofs, clock } = compileBearer('bearer()', options)
  const verifier = new TokenVerifier(issuers, clock, maxTokenLength)
  const cache =
    cachedTokens > 0 ? new TokenCache<KnownToken>(cachedTokens, cachedTokens * CHARACTERS_PER_TOKEN) : undefined
  const takesDpop = proofs.has('dpop')

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
    const verified = verifier.verify(token)
    return verified instanceof Promise
      ? verified.then((settled) => learn(credential, settled, request))
      : learn(credential, verified, request)
  }

  function learn(
    credential: string,
    verified: VerifiedToken | Fault,
    request: RequestView,
  ): Awaitable<Verified | Fault> {
    if (verified.kind === 'fault') return verified
    const { principal } = verified
    const fault = schemeFault(credential, verified, proofs)
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
      if (pending) return pending.then(() => admitCompared(known, request, revocations))
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
    const binding = known.binding!
    const token = credential.slice(credential.lastIndexOf(' ') + 1)
    const fault = proofs.get(binding.kind)!.verify(binding, request, token)
    return fault instanceof Promise ? fault.then((settled) => settled ?? verdict) : (fault ?? verdict)
  }

  return Object.freeze({
    name: 'bearer',
    place: 'authorization',
    challenges: [{ scheme: 'Bearer' }, ...[...proofs.values()].flatMap(({ challenge }) => challenge ?? [])],
    find: (_: unknown, authorization: string | undefined) =>
      authorization !== undefined && (isScheme(BEARER, authorization) || (takesDpop && isScheme(DPOP, authorization)))
        ? authorization
        : undefined,
    fits: (credential: string) => credential.includes('.'),
    verify,
  })
}

/** A token that is bound to a DPoP key is sent by the DPoP scheme, and no other is (RFC 9449 §7.1). */
function schemeFault(
  credential: string,
  { principal: { binding } }: VerifiedToken,
  proofs: ReadonlyMap<string, ProofOfPossession>,
): Fault | undefined {
  if (binding && !proofs.has(binding.kind)) return UNBOUND
  if (isScheme(DPOP, credential)) return binding?.kind === 'dpop' ? undefined : NOT_BOUND
  return binding?.kind === 'dpop' ? UNBOUND : undefined
}

const BEARER = { usual: 'Bearer ', any: /^bearer(?: |$)/i }
const DPOP = { usual: 'DPoP ', any: /^dpop(?: |$)/i }

function isScheme({ usual, any }: { readonly usual: string; readonly any: RegExp }, authorization: string): boolean {
  return authorization.startsWith(usual) || any.test(authorization)
}
