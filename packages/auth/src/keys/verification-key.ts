import { createPublicKey, createSecretKey, type JsonWebKey, type KeyObject } from 'node:crypto'

import { ALGORITHMS, type Algorithm, misfit } from '@ashlar/core/keys'

/** A key that tokens are verified with. */
export interface VerificationKey {
  /** `undefined` for a key that was configured without one: it is tried whatever the token says. */
  readonly kid: string | undefined
  readonly key: KeyObject
  /** What it may verify. A key is bound to its algorithms when it is loaded, never by what a token claims. */
  readonly algorithms: ReadonlySet<Algorithm>
  /** `false` once it has left its key set: what it has verified is no longer valid. */
  current: boolean
}

/** A public or symmetric key as JSON (RFC 7517). */
export interface Jwk {
  readonly kty?: string
  readonly kid?: string
  readonly use?: string
  readonly alg?: string
  readonly key_ops?: readonly string[]
  readonly [member: string]: unknown
}

/** @returns the key, or why it can't be used */
export function verificationKeyOf(
  key: KeyObject,
  allowed: ReadonlySet<Algorithm>,
  kid?: string | undefined,
): VerificationKey | string {
  const algorithms = new Set<Algorithm>()
  let reason = 'no algorithm is allowed'
  for (const algorithm of allowed) {
    const why = misfit(algorithm, key)
    if (why === undefined) algorithms.add(algorithm)
    else reason = why
  }
  return algorithms.size > 0 ? { kid, key, algorithms, current: true } : reason
}

/** @returns the key, or why it can't be used */
export function verificationKeyOfJwk(jwk: Jwk, allowed: ReadonlySet<Algorithm>): VerificationKey | string {
  if (typeof jwk !== 'object' || jwk === null) return 'it is no JSON Web Key'
  const { kty, kid, use, alg, key_ops: operations } = jwk
  if (kid !== undefined && typeof kid !== 'string') return 'its "kid" is no string'
  if (use !== undefined && use !== 'sig') return 'its "use" is not "sig"'
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) {
    return 'its "key_ops" do not include "verify"'
  }
  if ('d' in jwk) return 'it is a private key, and a verifier must not hold one'
  const fitting = alg === undefined ? allowed : new Set([...allowed].filter((name) => name === alg))
  if (fitting.size === 0) return 'its "alg" is none of those allowed'
  try {
    return verificationKeyOf(keyObjectOf(jwk, kty), fitting, kid)
  } catch {
    return 'it could not be read'
  }
}

function keyObjectOf(jwk: Jwk, kty: string | undefined): KeyObject {
  if (kty === 'oct') return createSecretKey(Buffer.from(String(jwk['k'] ?? ''), 'base64url'))
  return createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' })
}

/** The key among several that a token asks for; `undefined` when there is none or it is not clear which. */
export function chooseKey(
  keys: readonly VerificationKey[],
  algorithm: Algorithm,
  kid: string | undefined,
): VerificationKey | undefined {
  const fitting = keys.filter((key) => key.algorithms.has(algorithm))
  if (kid === undefined) return fitting.length === 1 ? fitting[0] : undefined
  const nameless = keys.length === 1 && keys[0]!.kid === undefined
  return nameless ? fitting[0] : fitting.find((key) => key.kid === kid)
}

/** Whether the algorithms work with a shared secret. `checkAlgorithms` lets no list be of both kinds. */
export function isSymmetric(algorithms: ReadonlySet<Algorithm>): boolean {
  return [...algorithms].every((algorithm) => ALGORITHMS[algorithm].family === 'HS')
}
