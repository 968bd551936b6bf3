import { expect, test } from '@jest/globals'

import { lintClaims } from '../../src/index.ts'

const good = {
  iss: 'https://issuer.example',
  sub: 'user-1',
  aud: 'orders-api',
  iat: 1_700_000_000,
  exp: 1_700_001_800,
  jti: 'a',
  client_id: 'app',
  scope: 'orders:read',
  roles: ['trader'],
}
const claimsOf = (claims: object, options?: object) =>
  lintClaims({ ...good, ...claims }, options).map(({ claim }) => claim)

test('claims as they should be have no finding', () => {
  expect(claimsOf({})).toEqual([])
  expect(claimsOf({ tenant: 't1', email: 'a@b.example' }, { asked: ['tenant', 'email'] })).toEqual([])
})

test.each([
  ['a life of an hour and a second', { exp: good.iat + 3601 }, 'exp'],
  ['a life of 14 minutes', { exp: good.iat + 840 }, 'exp'],
  ['no end', { exp: undefined }, 'exp'],
  ['no beginning', { iat: undefined }, 'iat'],
  ['no subject', { sub: '' }, 'sub'],
  ['a claim that nobody asked for', { department: 'x' }, 'department'],
  ['a card number in a registered claim', { jti: '4111 1111 1111 1111' }, 'jti'],
])('%s is found by the name of the claim', (_, claims, name) => {
  expect(claimsOf(claims)).toEqual([name])
})

test.each([
  ['password', 'x'],
  ['client_secret', 'x'],
  ['apiKey', 'x'],
  ['refresh_token', 'x'],
  ['state', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.'],
  ['note', '-----BEGIN EC PRIVATE KEY-----'],
  ['note', 'sk_live_0123456789abcdefghij'],
  ['note', '4111111111111111'],
])('a secret is found even where the claim was asked for: %s', (name, value) => {
  expect(claimsOf({ [name]: value }, { asked: [name] })).toEqual([name])
  expect(claimsOf({ profile: { deep: [{ [name]: value }] } }, { asked: ['profile'] })).toEqual([
    `profile.deep.0.${name}`,
  ])
})

test('personal data is found, with the way to it', () => {
  expect(claimsOf({ profile: { phone: '+44', tags: [] } }, { asked: ['profile'] })).toEqual(['profile.phone'])
})

test('no finding holds a value', () => {
  const findings = lintClaims({ ...good, password: 'planted', email: 'planted@b.example', x: 'planted' })
  expect(findings.length).toBeGreaterThanOrEqual(3)
  expect(JSON.stringify(findings)).not.toContain('planted')
})
