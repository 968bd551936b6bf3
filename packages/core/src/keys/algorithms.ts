import { constants, type KeyObject } from 'node:crypto'

import { ConfigurationError } from '../errors.ts'

/** Signature algorithms of RFC 7518 §3.1, RFC 8037 and RFC 9864. `none` is not among them. */
export type Algorithm =
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'EdDSA'
  | 'Ed25519'
  | 'HS256'
  | 'HS384'
  | 'HS512'

/** How an algorithm is computed and which keys it takes. */
export interface AlgorithmRules {
  readonly family: 'RS' | 'PS' | 'ES' | 'Ed' | 'HS'
  readonly hash: 'sha256' | 'sha384' | 'sha512' | undefined
  readonly hashBytes: number
  readonly curve?: string
  readonly signatureBytes?: number
  readonly padding?: number
}

const HASHES = { 256: 'sha256', 384: 'sha384', 512: 'sha512' } as const

const rules = (family: AlgorithmRules['family'], bits: 256 | 384 | 512, more: Partial<AlgorithmRules> = {}) => ({
  family,
  hash: HASHES[bits],
  hashBytes: bits / 8,
  ...more,
})

const EDWARDS: AlgorithmRules = { family: 'Ed', hash: undefined, hashBytes: 0, signatureBytes: 64 }

export const ALGORITHMS: Readonly<Record<Algorithm, AlgorithmRules>> = Object.freeze({
  RS256: rules('RS', 256, { padding: constants.RSA_PKCS1_PADDING }),
  RS384: rules('RS', 384, { padding: constants.RSA_PKCS1_PADDING }),
  RS512: rules('RS', 512, { padding: constants.RSA_PKCS1_PADDING }),
  PS256: rules('PS', 256, { padding: constants.RSA_PKCS1_PSS_PADDING }),
  PS384: rules('PS', 384, { padding: constants.RSA_PKCS1_PSS_PADDING }),
  PS512: rules('PS', 512, { padding: constants.RSA_PKCS1_PSS_PADDING }),
  ES256: rules('ES', 256, { curve: 'prime256v1', signatureBytes: 64 }),
  ES384: rules('ES', 384, { curve: 'secp384r1', signatureBytes: 96 }),
  ES512: rules('ES', 512, { curve: 'secp521r1', signatureBytes: 132 }),
  EdDSA: EDWARDS,
  Ed25519: EDWARDS,
  HS256: rules('HS', 256),
  HS384: rules('HS', 384),
  HS512: rules('HS', 512),
})

/** RFC 7518 §3.3. */
export const MIN_RSA_BITS = 2048
/** Verifying costs more with each bit, and it is the caller who chooses how often. */
const MAX_RSA_BITS = 8192

/** @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`, `ERR_OPTION_UNSAFE` */
export function checkAlgorithms(where: string, algorithms: readonly Algorithm[] | undefined): ReadonlySet<Algorithm> {
  if (!Array.isArray(algorithms) || algorithms.length === 0) {
    throw new ConfigurationError(
      'ERR_OPTION_MISSING',
      `${where}: "algorithms" is required. Name those the issuer signs with, such as ['RS256'].`,
    )
  }
  for (const algorithm of algorithms as readonly unknown[]) {
    if (typeof algorithm === 'string' && algorithm.toLowerCase() === 'none') {
      throw new ConfigurationError(
        'ERR_OPTION_UNSAFE',
        `${where}: the algorithm "none" accepts tokens that anyone can write. Name the one the issuer signs with.`,
      )
    }
    if (typeof algorithm !== 'string' || !Object.hasOwn(ALGORITHMS, algorithm)) {
      throw new ConfigurationError(
        'ERR_OPTION_INVALID',
        `${where}: there is no algorithm ${JSON.stringify(algorithm)}. Known are: ${Object.keys(ALGORITHMS).join(', ')}.`,
      )
    }
  }
  const symmetric = algorithms.filter((algorithm) => ALGORITHMS[algorithm as Algorithm].family === 'HS')
  if (symmetric.length > 0 && symmetric.length < algorithms.length) {
    throw new ConfigurationError(
      'ERR_OPTION_UNSAFE',
      `${where}: "algorithms" mixes shared secrets (${symmetric.join(', ')}) with public keys, so that a public key could pass as a secret (RFC 8725 §2.1). Keep each kind apart, with a bearer() of its own.`,
    )
  }
  return new Set(algorithms as readonly Algorithm[])
}

/** Why a key can't be used with an algorithm; `undefined` when it can. */
export function misfit(algorithm: Algorithm, key: KeyObject): string | undefined {
  const { family, curve, hash, hashBytes } = ALGORITHMS[algorithm]
  if (family === 'HS') {
    if (key.type !== 'secret') return `${algorithm} needs a shared secret`
    if ((key.symmetricKeySize ?? 0) < hashBytes) {
      return `${algorithm} needs a secret of at least ${hashBytes} bytes, this one has ${key.symmetricKeySize ?? 0} (RFC 7518 §3.2)`
    }
    return undefined
  }
  if (key.type !== 'public') return `${algorithm} needs a public key`
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key
  if (family === 'Ed') return type === 'ed25519' ? undefined : `${algorithm} needs an Ed25519 key`
  if (family === 'ES') return details?.namedCurve === curve ? undefined : `${algorithm} needs a key on ${curve}`
  if (type !== 'rsa' && !(type === 'rsa-pss' && family === 'PS')) return `${algorithm} needs an RSA key`
  if (type === 'rsa-pss' && details?.hashAlgorithm !== undefined && details.hashAlgorithm !== hash) {
    return `this RSA-PSS key is bound to ${details.hashAlgorithm}`
  }
  const bits = details?.modulusLength ?? 0
  if (bits < MIN_RSA_BITS) return `an RSA key has at least ${MIN_RSA_BITS} bits, this one has ${bits} (RFC 7518 §3.3)`
  if (bits > MAX_RSA_BITS) return `an RSA key has at most ${MAX_RSA_BITS} bits here, this one has ${bits}`
  return undefined
}
