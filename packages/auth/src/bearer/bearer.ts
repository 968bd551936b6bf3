import { type Awaitable, type Clock, checkOptionNames, numberOption, systemClock } from '@ashlar/core'

import { type CredentialSource, type Fault, invalid, malformed, type Verified } from '../credential-source.ts'
import type { Algorithm } from '../jwt/algorithms.ts'
import { type CompactToken, parseCompactToken } from '../jwt/compact-token.ts'
import { isSignedBy } from '../jwt/signature.ts'
import type { Fetch } from '../keys/json-request.ts'
import type { VerificationKey } from '../keys/verification-key.ts'
import { principalOf } from './claim-mapping.ts'
import { claimsFault } from './claims-check.ts'
import { compileIssuer, ISSUER_OPTIONS, type IssuerOptions, mediaSubtype, type TrustedIssuer } from './issuer.ts'
import { TokenCache } from './token-cache.ts'

export interface BearerOptions extends IssuerOptions {
  /** Tokens that are longer are refused unread. Characters. Default 8192. */
  readonly maxTokenLength?: number
  /** How many verified tokens are remembered; 0 for none. Default 10 000. */
  readonly cachedTokens?: number
  readonly clock?: Clock
  /** What asks for keys. Default: the platform's `fetch`. */
  readonly fetch?: Fetch
}

/** A token that has been verified, with what must still hold each time it is used. */
interface VerifiedToken {
  /** The whole header, so that only the identical text is ever found. */
  readonly credential: string
  readonly verdict: Verified
  readonly key: VerificationKey
  /** Milliseconds since the Unix epoch; the clock tolerance is in it. */
  readonly startsAt: number
  readonly endsAt: number
}

/** RFC 6750 §2.1: one token of these characters behind the scheme. */
const CREDENTIALS = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i

const SYNTAX = malformed('the Authorization header is no bearer token', {
  description: 'The Authorization header could not be read.',
})
const TOO_LONG = invalid('the token is too long')
const NO_JWT = invalid('the token is no JWT in its canonical form')
const ALGORITHM = invalid('the algorithm is not one of those allowed')
const TYPE = invalid('the type of the token is not one of those accepted')
const CRITICAL = invalid('the token has header parameters that must be understood and are not')
const KID = invalid('the name of the key is no text')
const ISSUER = invalid('the issuer is not trusted')
const NO_KEY = invalid('no key of the issuer fits the token')
const SIGNATURE = invalid('the signature is not right')
const UNBOUND = invalid('the token is bound to a key that the caller has not shown to hold')

/** Characters of credentials that are remembered for each token that may be: long tokens are remembered in smaller number. */
const CHARACTERS_PER_TOKEN = 2048

/**
 * Access tokens that are JWTs, in the Authorization header (RFC 6750, RFC 7519, RFC 8725, RFC 9068).
 * A verified token is remembered: expiry and the standing of its key are looked at each time it is used, the rest once.
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`, `ERR_OPTION_UNSAFE`
 */
export function bearer(options: BearerOptions): CredentialSource {
  const where = 'bearer()'
  checkOptionNames(where, options, [...ISSUER_OPTIONS, 'maxTokenLength', 'cachedTokens', 'clock', 'fetch'])
  const { clock = systemClock, fetch = globalThis.fetch } = options
  const issuer = compileIssuer(where, options, fetch, clock)
  const maxLength = numberOption(where, 'maxTokenLength', options.maxTokenLength, {
    min: 256,
    max: 65_536,
    integer: true,
    fallback: 8192,
  })
  const cachedTokens = numberOption(where, 'cachedTokens', options.cachedTokens, {
    min: 0,
    max: 10_000_000,
    integer: true,
    fallback: 10_000,
  })
  const cache =
    cachedTokens === 0 ? undefined : new TokenCache<VerifiedToken>(cachedTokens, cachedTokens * CHARACTERS_PER_TOKEN)

  function verify(credential: string): Awaitable<Verified | Fault> {
    const known = cache?.get(credential)
    if (known === undefined) return verifyAnew(credential)
    const now = clock.now()
    if (now < known.endsAt && now >= known.startsAt && known.key.current) return known.verdict
    cache!.delete(known)
    return verifyAnew(credential)
  }

  function verifyAnew(credential: string): Awaitable<Verified | Fault> {
    const token = CREDENTIALS.exec(credential)?.[1]
    if (token === undefined) return SYNTAX
    if (token.length > maxLength) return TOO_LONG
    const parsed = parseCompactToken(token)
    if (!parsed) return NO_JWT
    const { header, claims } = parsed
    // Before anything is fetched: the issuer is one of ours.
    if (claims['iss'] !== issuer.issuer) return ISSUER
    const fault = headerFault(header, issuer)
    if (fault) return fault
    const algorithm = header['alg'] as Algorithm
    const key = issuer.keys.find(algorithm, header['kid'] as string | undefined)
    if (key instanceof Promise) return key.then((found) => finish(credential, parsed, algorithm, found))
    return finish(credential, parsed, algorithm, key)
  }

  function finish(
    credential: string,
    { claims, signed, signature }: CompactToken,
    algorithm: Algorithm,
    key: VerificationKey | undefined,
  ): Verified | Fault {
    if (!key) return NO_KEY
    if (!isSignedBy(algorithm, key.key, signed, signature)) return SIGNATURE
    const fault = claimsFault(claims, issuer, clock.now())
    if (fault) return fault
    const principal = principalOf(claims, issuer.issuer, issuer.claims)
    if (typeof principal === 'string') return invalid(principal)
    if (principal.binding) return UNBOUND
    const verdict: Verified = Object.freeze({ kind: 'allow', state: Object.freeze({ principal }) })
    const nbf = claims['nbf'] as number | undefined
    cache?.set({
      credential,
      verdict,
      key,
      startsAt: nbf === undefined ? Number.NEGATIVE_INFINITY : nbf * 1000 - issuer.toleranceMs,
      endsAt: principal.expiresAt! + issuer.toleranceMs,
    })
    return verdict
  }

  return Object.freeze({
    name: 'bearer',
    place: 'authorization',
    challenges: [{ scheme: 'Bearer' }],
    find: (_: unknown, authorization: string | undefined) =>
      authorization !== undefined && isBearer(authorization) ? authorization : undefined,
    verify,
  })
}

/** RFC 8725 §3.1, §3.11; RFC 7515 §4.1.11. Keys that a token brings along (`jwk`, `jku`, `x5c`, `x5u`) are never looked at. */
function headerFault(header: Readonly<Record<string, unknown>>, issuer: TrustedIssuer): Fault | undefined {
  const { alg, typ, kid } = header
  if (typeof alg !== 'string' || !issuer.algorithms.has(alg as Algorithm)) return ALGORITHM
  if (Object.hasOwn(header, 'crit') || Object.hasOwn(header, 'b64') || Object.hasOwn(header, 'zip')) return CRITICAL
  if (typ !== undefined && typeof typ !== 'string') return TYPE
  if (!issuer.types.has(typ === undefined ? 'jwt' : mediaSubtype(typ))) return TYPE
  return kid === undefined || typeof kid === 'string' ? undefined : KID
}

function isBearer(authorization: string): boolean {
  if (authorization.startsWith('Bearer ')) return true
  return /^bearer(?: |$)/i.test(authorization)
}
