import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto'

const ALGORITHM = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16
const OPTIONS = { authTagLength: TAG_BYTES }
const NOTHING = Buffer.alloc(0)

/**
 * Encrypts bytes with AES-256-GCM under a fresh random nonce: nonce (12 bytes), ciphertext, tag (16 bytes).
 * One key seals 2³² times at most (NIST SP 800-38D §8.3); replace it before.
 * @param bound what the bytes belong to; the same must be given when they are opened
 */
export function sealBytes(key: KeyObject, plain: Uint8Array, bound: Uint8Array = NOTHING): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  return Buffer.concat([nonce, sealAt(key, nonce, plain, bound)])
}

/** The bytes that `sealBytes` sealed under this key for this purpose; `undefined` for all else. */
export function openBytes(key: KeyObject, sealed: Uint8Array, bound: Uint8Array = NOTHING): Buffer | undefined {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined
  return openAt(key, sealed.subarray(0, NONCE_BYTES), sealed.subarray(NONCE_BYTES), bound)
}

/**
 * Encrypts bytes under a nonce that the caller counts: ciphertext, tag. For streams, whose key seals nothing else.
 * Two texts under one key and nonce lay both open, so use `sealBytes` wherever the nonce is not counted.
 */
export function sealAt(key: KeyObject, nonce: Uint8Array, plain: Uint8Array, bound: Uint8Array = NOTHING): Buffer {
  const cipher = createCipheriv(ALGORITHM, key, nonce, OPTIONS).setAAD(bound)
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

/** The bytes that `sealAt` sealed; `undefined` for all else. */
export function openAt(
  key: KeyObject,
  nonce: Uint8Array,
  sealed: Uint8Array,
  bound: Uint8Array = NOTHING,
): Buffer | undefined {
  if (sealed.length < TAG_BYTES) return undefined
  const decipher = createDecipheriv(ALGORITHM, key, nonce, OPTIONS)
  decipher.setAAD(bound).setAuthTag(sealed.subarray(-TAG_BYTES))
  const plain = decipher.update(sealed.subarray(0, -TAG_BYTES))
  try {
    return Buffer.concat([plain, decipher.final()])
  } catch {
    return undefined
  }
}
