import { constants, createHmac, type KeyObject, timingSafeEqual, verify } from 'node:crypto'

import { ALGORITHMS, type Algorithm } from './algorithms.ts'

/**
 * Whether `signature` is `key`'s over `input`. The key must fit the algorithm (`misfit`).
 * In the calling thread: handing 20 µs of work to another thread and waiting for it costs more than the work.
 */
export function isSignedBy(algorithm: Algorithm, key: KeyObject, input: string, signature: Buffer): boolean {
  const { family, hash, padding, signatureBytes } = ALGORITHMS[algorithm]
  if (signatureBytes !== undefined && signature.length !== signatureBytes) return false
  if (family === 'HS') {
    const expected = createHmac(hash!, key).update(input).digest()
    return expected.length === signature.length && timingSafeEqual(expected, signature)
  }
  const data = Buffer.from(input, 'latin1')
  if (family === 'Ed') return verify(null, data, key, signature)
  if (family === 'ES') return verify(hash, data, { key, dsaEncoding: 'ieee-p1363' }, signature)
  if (family === 'PS') {
    return verify(hash, data, { key, padding: padding!, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }, signature)
  }
  return verify(hash, data, { key, padding: padding! }, signature)
}
