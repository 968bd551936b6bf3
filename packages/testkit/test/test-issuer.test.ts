import { constants, createHmac, type KeyObject, verify } from 'node:crypto'

import { describe, expect, test } from '@jest/globals'

import { fakeClock, testIssuer } from '../src/index.ts'

const clock = fakeClock()

function isSigned(token: string, algorithm: string, key: KeyObject): boolean {
  const [header, claims, signature] = token.split('.')
  const data = Buffer.from(`${header}.${claims}`)
  const bytes = Buffer.from(signature!, 'base64url')
  const hash = `sha${algorithm.slice(-3)}`
  if (algorithm.startsWith('HS')) return createHmac(hash, key).update(data).digest().equals(bytes)
  if (algorithm === 'EdDSA') return verify(null, data, key, bytes)
  if (algorithm.startsWith('ES')) return verify(hash, data, { key, dsaEncoding: 'ieee-p1363' }, bytes)
  const padding = algorithm.startsWith('PS') ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING
  return verify(hash, data, { key, padding }, bytes)
}

describe('a test issuer', () => {
  for (const algorithm of ['ES256', 'ES384', 'ES512', 'EdDSA', 'RS256', 'PS384', 'HS512']) {
    test(`signs access tokens by ${algorithm}`, () => {
      const issuer = testIssuer({ algorithm, clock })
      const token = issuer.token({ sub: 'ada', jti: undefined }, { typ: 'JWT' })
      expect(isSigned(token, algorithm, issuer.publicKey)).toBe(true)
      const [header, claims] = token.split('.').map((part) => Buffer.from(part, 'base64url').toString())
      expect(JSON.parse(header!)).toEqual({ alg: algorithm, typ: 'JWT', kid: 'key-1' })
      const now = clock.now() / 1000
      expect(JSON.parse(claims!)).toEqual({
        iss: 'https://issuer.example',
        aud: 'orders-api',
        sub: 'ada',
        client_id: 'app-1',
        iat: now,
        exp: now + 300,
      })
    })
  }

  test('takes a key without a name, and a secret of one’s own', () => {
    const { jwk, jwks } = testIssuer({ kid: null, algorithm: 'HS256', secret: 'x'.repeat(32) })
    expect(jwk).toEqual({ kty: 'oct', k: Buffer.from('x'.repeat(32)).toString('base64url') })
    expect(jwks).toEqual({ keys: [jwk] })
  })
})
