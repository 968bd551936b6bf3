import { createPublicKey, createSecretKey, KeyObject, type webcrypto } from 'node:crypto'

import { type Awaitable, ConfigurationError } from '@ashlar/core'

import type { Algorithm } from '@ashlar/core/keys'
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
export function staticKeys(where: string, material: StaticKeys, allowed: ReadonlySet<Algorithm>): KeySource {
  const keys = loadKeys(where, material, allowed)
  return { find: (algorithm, kid) => chooseKey(keys, algorithm, kid) }
}

function loadKeys(where: string, material: StaticKeys, allowed: ReadonlySet<Algorithm>): readonly VerificationKey[] {
  if (isJwkSet(material)) {
    if (material.keys.length === 0) throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: "keys" is empty.`)
    return material.keys.map((jwk, index) => required(where, verificationKeyOfJwk(jwk, allowed), `keys[${index}]`))
  }
  if (isJwk(material)) return [required(where, verificationKeyOfJwk(material, allowed))]
  return [required(where, verificationKeyOf(keyObjectOf(where, material, allowed), allowed))]
}

function keyObjectOf(
  where: string,
  material: Exclude<StaticKeys, JwkSet | Jwk> | JwkSet | Jwk,
  allowed: ReadonlySet<Algorithm>,
): KeyObject {
  const key = readKey(where, material, allowed)
  if (key.type === 'private') {
    throw new ConfigurationError(
      'ERR_OPTION_UNSAFE',
      `${where}: "keys" is a private key, and a verifier must not hold one. Pass createPublicKey(key).`,
    )
  }
  return key
}

function readKey(where: string, material: unknown, allowed: ReadonlySet<Algorithm>): KeyObject {
  if (material instanceof KeyObject) return material
  const secret = isSymmetric(allowed)
  if (material instanceof Uint8Array && secret) return createSecretKey(material)
  if (typeof material === 'string') {
    const pem = material.includes('-----BEGIN')
    if (pem && secret) {
      throw new ConfigurationError(
        'ERR_OPTION_UNSAFE',
        `${where}: "keys" is a public key, and everyone knows it; with an HS algorithm it would be the secret. Name the key's own algorithm.`,
      )
    }
    if (secret) return createSecretKey(material, 'utf8')
    if (pem && material.includes('PRIVATE KEY')) {
      throw new ConfigurationError(
        'ERR_OPTION_UNSAFE',
        `${where}: "keys" is a private key, and a verifier must not hold one. Pass the public key.`,
      )
    }
    if (pem) return attempt(where, () => createPublicKey(material))
  }
  if (Object.prototype.toString.call(material) === '[object CryptoKey]') {
    return attempt(where, () => KeyObject.from(material as webcrypto.CryptoKey))
  }
  throw new ConfigurationError(
    'ERR_OPTION_INVALID',
    `${where}: "keys" is a JWKS URL, a JWKS, a JWK, a public key, or for HS algorithms a secret.`,
  )
}

function attempt<T>(where: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: "keys" could not be read as a public key.`, { cause })
  }
}

function required(where: string, key: VerificationKey | string, name = 'keys'): VerificationKey {
  if (typeof key !== 'string') return key
  const code = /at least|private/.test(key) ? 'ERR_OPTION_UNSAFE' : 'ERR_OPTION_INVALID'
  throw new ConfigurationError(code, `${where}: ${name}: ${key}.`)
}

function isJwkSet(material: unknown): material is JwkSet {
  return typeof material === 'object' && material !== null && Array.isArray((material as Partial<JwkSet>).keys)
}

function isJwk(material: unknown): material is Jwk {
  return typeof material === 'object' && material !== null && typeof (material as Partial<Jwk>).kty === 'string'
}
