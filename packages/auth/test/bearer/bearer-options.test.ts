import { testIssuer, testRequest } from '@ashlar/testkit'
import { expect, test } from '@jest/globals'

import { bearer } from '../../src/index.ts'

const staff = testIssuer({ issuer: 'https://staff.example', audience: 'staff-api', algorithm: 'ES256' })
const shop = testIssuer({ issuer: 'https://shop.example', audience: 'shop-api', algorithm: 'RS256' })

const of = ({ issuer, audience, algorithm, jwks }: typeof staff) => ({
  issuer,
  audience,
  algorithms: [algorithm as 'ES256'],
  keys: jwks,
})
const source = bearer({ issuers: [of(staff), { ...of(shop), claims: { roles: 'groups' } }] })
const verify = (token: string) => source.verify(`Bearer ${token}`, testRequest())

test('each issuer is believed on its own terms', () => {
  expect(verify(staff.token({ roles: ['a'], groups: ['b'] }))).toMatchObject({
    state: { principal: { issuer: staff.issuer, roles: ['a'] } },
  })
  expect(verify(shop.token({ roles: ['a'], groups: ['b'] }))).toMatchObject({
    state: { principal: { issuer: shop.issuer, roles: ['b'] } },
  })
})

test.each([
  ['the issuer of the other', staff.token({ iss: shop.issuer }), 'the algorithm is not one of those allowed'],
  ['the audience of the other', staff.token({ aud: shop.audience }), 'the token is for another audience'],
  ['an issuer that is none', staff.token({ iss: 'https://third.example' }), 'the issuer is not trusted'],
])('%s is refused', (_, token, reason) => {
  expect(verify(token)).toMatchObject({ kind: 'fault', reason })
})

test('an issuer is named once', () => {
  expect(() => bearer({ issuers: [of(staff), of(staff)] })).toThrow(
    expect.objectContaining({ code: 'ERR_OPTION_INVALID' }),
  )
})

test('a wrong option is named with its place', () => {
  expect(() => bearer({ issuers: [of(staff), { ...of(shop), audiences: 'x' } as never] })).toThrow(
    /issuers\[1\].*audiences/,
  )
})
