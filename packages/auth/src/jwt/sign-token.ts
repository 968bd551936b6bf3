import { constants, createHmac, type KeyObject, sign } from 'node:crypto'

import { ALGORITHMS, type Algorithm } from './algorithms.ts'

/** A JWT in compact serialization. The key must fit the algorithm. */
export function signToken(
  algorithm: Algorithm,
  key: KeyObject,
  header: Readonly<Record<string, unknown>>,
  claims: Readonly<Record<string, unknown>>,
): string {
  const signed = `${encode({ ...header, alg: algorithm })}.${encode(claims)}`
  return `${signed}.${signatureOf(algorithm, key, signed).toString('base64url')}`
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function signatureOf(algorithm: Algorithm, key: KeyObject, text: string): Buffer {
  const { family, hash, padding } = ALGORITHMS[algorithm]
  if (family === 'HS') return createHmac(hash!, key).update(text).digest()
  const data = Buffer.from(text)
  if (family === 'Ed') return sign(null, data, key)
  if (family === 'ES') return sign(hash, data, { key, dsaEncoding: 'ieee-p1363' })
  const saltLength = family === 'PS' ? { saltLength: constants.RSA_PSS_SALTLEN_DIGEST } : {}
  return sign(hash, data, { key, padding: padding!, ...saltLength })
}
