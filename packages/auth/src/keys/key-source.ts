import { createPublicKey, createSecretKey, KeyObject, type webcrypto } from 'node:crypto'

import type { Awaitable } from '@ashlar/core'
import type { Algorithm } from '@ashlar/core/keys'
import type { OptionPlace } from '@ashlar/core/options'

import {
  chooseKey,
  isSymmetric,
  type Jwk,
  type VerificationKey,
  verificationKeyOf,
  verificationKeyOfJwk,
} from './verification-key.ts'

/** Where verification keys come from. */
export interface KeySource {
  /**
   * The key that a token asks for, at once where it is known; `undefined` when there is none.
   * @throws UnavailableError (or rejects) when it can't be known now
   */
  find(algorithm: Algorithm, kid: string | undefined): Awaitable<VerificationKey | undefined>
}

/** A set of keys as JSON (RFC 7517 §5). */
export interface JwkSet {
  readonly keys: readonly Jwk[]
}

/**
 * What `keys` may be, besides the URL of a JWKS: a JWKS, a JWK, a public key (`KeyObject`, `CryptoKey` or PEM text), or
 * for HS algorithms a secret (text, bytes or `KeyObject`).
 */
export type StaticKeys = JwkSet | Jwk | KeyObject | webcrypto.CryptoKey | Uint8Array | string

/** @throws ConfigurationError `ERR_OPTION_INVALID`, `ERR_OPTION_UNSAFE` */
export function staticKeys(at: OptionPlace, material: StaticKeys, allowed: ReadonlySet<Algorithm>): KeySource {
  const keys = loadKeys(at, material, allowed)
  return { find: (algorithm, kid) => chooseKey(keys, algorithm, kid) }
}

function loadKeys(at: OptionPlace, material: StaticKeys, allowed: ReadonlySet<Algorithm>): readonly VerificationKey[] {
  if (isJwkSet(material)) {
    if (material.keys.length === 0) throw at.invalid('a set of one key at least, not an empty one')
    return material.keys.map((jwk, index) => required(at.in('keys').in(index), verificationKeyOfJwk(jwk, allowed)))
  }
  if (isJwk(material)) return [required(at, verificationKeyOfJwk(material, allowed))]
  return [required(at, verificationKeyOf(keyObjectOf(at, material, allowed), allowed))]
}

function keyObjectOf(at: OptionPlace, material: unknown, allowed: ReadonlySet<Algorithm>): KeyObject {
  const key = readKey(at, material, allowed)
  if (key.type === 'private') {
    throw at.unsafe('is a private key, and a verifier must not hold one. Pass createPublicKey(key)')
  }
  return key
}

function readKey(at: OptionPlace, material: unknown, allowed: ReadonlySet<Algorithm>): KeyObject {
  if (material instanceof KeyObject) return material
  const secret = isSymmetric(allowed)
  if (material instanceof Uint8Array && secret) return createSecretKey(material)
  if (typeof material === 'string') {
    const pem = material.includes('-----BEGIN')
    if (pem && secret) {
      throw at.unsafe(
        "is a public key, and everyone knows it; with an HS algorithm it would be the secret. Name the key's own algorithm",
      )
    }
    if (secret) return createSecretKey(material, 'utf8')
    if (pem && material.includes('PRIVATE KEY')) {
      throw at.unsafe('is a private key, and a verifier must not hold one. Pass the public key')
    }
    if (pem) return attempt(at, () => createPublicKey(material))
  }
  if (Object.prototype.toString.call(material) === '[object CryptoKey]') {
    return attempt(at, () => KeyObject.from(material as webcrypto.CryptoKey))
  }
  throw at.invalid('a JWKS URL, a JWKS, a JWK, a public key, or for HS algorithms a secret', material)
}

function attempt<T>(at: OptionPlace, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw at.unreadable(cause)
  }
}

/** What keeps a key from being used is a sentence about it, and no part of it. */
function required(at: OptionPlace, key: VerificationKey | string): VerificationKey {
  if (typeof key !== 'string') return key
  throw /at least|private/.test(key) ? at.unsafe(`can’t be used: ${key}`) : at.invalid(`a key that can be used: ${key}`)
}

function isJwkSet(material: unknown): material is JwkSet {
  return typeof material === 'object' && material !== null && Array.isArray((material as Partial<JwkSet>).keys)
}

function isJwk(material: unknown): material is Jwk {
  return typeof material === 'object' && material !== null && typeof (material as Partial<Jwk>).kty === 'string'
}
