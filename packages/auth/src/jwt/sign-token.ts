import type { KeyObject } from 'node:crypto'

import { type Algorithm, sign } from '@ashlar/core/keys'

/** A JWT in compact serialization. The key must fit the algorithm. */
export function signToken(
  algorithm: Algorithm,
  key: KeyObject,
  header: Readonly<Record<string, unknown>>,
  claims: Readonly<Record<string, unknown>>,
): string {
  const signed = `${encode({ ...header, alg: algorithm })}.${encode(claims)}`
  return `${signed}.${sign(algorithm, key, signed).toString('base64url')}`
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
