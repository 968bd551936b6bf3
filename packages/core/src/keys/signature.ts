import {
  constants,
  createHmac,
  type KeyObject,
  sign as signData,
  timingSafeEqual,
  verify as verifyData,
} from 'node:crypto'

import { ALGORITHMS, type Algorithm, type AlgorithmRules } from './algorithms.ts'

/** The signature of a text as JWS has it (RFC 7518 §3). The key is private, or the shared secret, and fits the algorithm. */
export function sign(algorithm: Algorithm, key: KeyObject, text: string): Buffer {
  const rules = ALGORITHMS[algorithm]
  if (rules.family === 'HS') return createHmac(rules.hash!, key).update(text).digest()
  return signData(rules.hash ?? null, Buffer.from(text), { key, ...parameters(rules) })
}

/**
 * Whether `signature` is `key`'s over a text. The key must fit the algorithm (`misfit`).
 * In the calling thread: handing 20 µs of work to another thread and waiting for it costs more than the work.
 */
export function verify(algorithm: Algorithm, key: KeyObject, text: string, signature: Uint8Array): boolean {
  const rules = ALGORITHMS[algorithm]
  const { family, hash, signatureBytes } = rules
  if (signatureBytes !== undefined && signature.length !== signatureBytes) return false
  if (family === 'HS') {
    const expected = createHmac(hash!, key).update(text).digest()
    return expected.length === signature.length && timingSafeEqual(expected, signature)
  }
  if ((family === 'RS' || family === 'PS') && signature.length !== modulusBytes(key)) return false
  return verifyData(hash ?? null, Buffer.from(text), { key, ...parameters(rules) }, signature)
}

/** RFC 8017 §8.1.2 and §8.2.2, step 1: OpenSSL would take a PSS signature without its leading zeros, so that one had two forms. */
function modulusBytes(key: KeyObject): number {
  return Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8)
}

/** The same for signing and verifying, so that the two can't drift apart. */
function parameters({ family, padding }: AlgorithmRules): object {
  if (family === 'ES') return { dsaEncoding: 'ieee-p1363' }
  if (family === 'PS') return { padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
  return family === 'RS' ? { padding } : {}
}
