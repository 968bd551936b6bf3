import { createHash } from 'node:crypto'

import type { Jwk } from '../keys/verification-key.ts'

/** The members that count, in the order that counts (RFC 7638 §3.2, RFC 8037 §2). */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  EC: ['crv', 'kty', 'x', 'y'],
  OKP: ['crv', 'kty', 'x'],
  RSA: ['e', 'kty', 'n'],
}

/** SHA-256 of a public key, base64url; `undefined` for what is none. */
export function jwkThumbprint(jwk: Jwk): string | undefined {
  const members = MEMBERS[String(jwk.kty)]
  if (!members || members.some((name) => typeof jwk[name] !== 'string')) return undefined
  const canonical = JSON.stringify(Object.fromEntries(members.map((name) => [name, jwk[name]])))
  return createHash('sha256').update(canonical).digest('base64url')
}
