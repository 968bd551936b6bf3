import { createPublicKey, type KeyObject } from 'node:crypto'

import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'

export const ISSUER = 'https://issuer.example'
export const AUDIENCE = 'https://api.example'

/** A fresh RS256 key and a token of the usual size. */
export async function makeToken(): Promise<{ readonly jwk: JWK; readonly token: string }> {
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'bench', alg: 'RS256', use: 'sig' }
  const token = await new SignJWT({ roles: ['trader'], scope: 'orders:read orders:write', email: 'trader@example.com' })
    .setProtectedHeader({ alg: 'RS256', kid: 'bench', typ: 'at+jwt' })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject('user-1')
    .setIssuedAt()
    .setExpirationTime('2h')
    .sign(privateKey)
  return { jwk, token }
}

/** The key that the servers verify with, handed over by the process that signed. */
export function publicJwk(): JWK {
  return JSON.parse(process.env['BENCH_JWK'] ?? '{}') as JWK
}

export function publicKeyObject(): KeyObject {
  return createPublicKey({ key: publicJwk() as never, format: 'jwk' })
}
