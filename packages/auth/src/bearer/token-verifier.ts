import type { Awaitable } from '@ashlar/core'
import { type Algorithm, verify } from '@ashlar/core/keys'
import type { Clock } from '@ashlar/core/time'

import { type Fault, invalid } from '../credential-source.ts'
import { type CompactToken, parseCompactToken } from '../jwt/compact-token.ts'
import type { VerificationKey } from '../keys/verification-key.ts'
import { whenKnown } from '../when-known.ts'
import { type IssuedPrincipal, principalOf } from './claim-mapping.ts'
import { claimsFault } from './claims-check.ts'
import { mediaSubtype, type TrustedIssuer } from './issuer.ts'

/** A token whose signature and claims are right. Times are milliseconds since the Unix epoch, with the tolerance in them. */
export interface VerifiedToken {
  readonly kind: 'token'
  readonly principal: IssuedPrincipal
  readonly key: VerificationKey
  readonly startsAt: number
  readonly endsAt: number
  /** The earliest time at which it may have been issued, the tolerance taken off. */
  readonly issuedAt: number | undefined
}

const TOO_LONG = invalid('the token is too long')
const NO_JWT = invalid('the token is no JWT in its canonical form')
const ALGORITHM = invalid('the algorithm is not one of those allowed')
const TYPE = invalid('the type of the token is not one of those accepted')
const CRITICAL = invalid('the token has header parameters that must be understood and are not')
const KID = invalid('the name of the key is no text')
const ISSUER = invalid('the issuer is not trusted')
const NO_KEY = invalid('no key of the issuer fits the token')
const SIGNATURE = invalid('the signature is not right')

/** Verifies JWTs of known issuers, each on its own terms. */
export class TokenVerifier {
  readonly #issuers: ReadonlyMap<unknown, TrustedIssuer>
  readonly #clock: Clock
  readonly #maxLength: number

  constructor(issuers: readonly TrustedIssuer[], clock: Clock, maxLength: number) {
    this.#issuers = new Map(issuers.map((issuer) => [issuer.issuer, issuer]))
    this.#clock = clock
    this.#maxLength = maxLength
  }

  verify(token: string): Awaitable<VerifiedToken | Fault> {
    if (token.length > this.#maxLength) return TOO_LONG
    const parsed = parseCompactToken(token)
    if (!parsed) return NO_JWT
    const { header, claims } = parsed
    // Before anything is fetched: the issuer is one of ours.
    const issuer = this.#issuers.get(claims['iss'])
    if (!issuer) return ISSUER
    const fault = headerFault(header, issuer)
    if (fault) return fault
    const algorithm = header['alg'] as Algorithm
    const key = issuer.keys.find(algorithm, header['kid'] as string | undefined)
    return whenKnown(key, (found) => this.#finish(parsed, issuer, algorithm, found))
  }

  #finish(
    { claims, signed, signature }: CompactToken,
    issuer: TrustedIssuer,
    algorithm: Algorithm,
    key: VerificationKey | undefined,
  ): VerifiedToken | Fault {
    if (!key) return NO_KEY
    if (!verify(algorithm, key.key, signed, signature)) return SIGNATURE
    const fault = claimsFault(claims, issuer, this.#clock.now())
    if (fault) return fault
    const principal = principalOf(claims, issuer.issuer, issuer.claims)
    if (typeof principal === 'string') return invalid(principal)
    const { nbf, iat } = claims as { readonly nbf?: number; readonly iat?: number }
    return {
      kind: 'token',
      principal,
      key,
      startsAt: nbf === undefined ? Number.NEGATIVE_INFINITY : nbf * 1000 - issuer.toleranceMs,
      endsAt: principal.expiresAt! + issuer.toleranceMs,
      issuedAt: iat === undefined ? undefined : iat * 1000 - issuer.toleranceMs,
    }
  }
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
