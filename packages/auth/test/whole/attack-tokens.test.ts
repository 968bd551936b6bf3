import { attackTokens, fakeClock, type TestServer, testIssuer } from '@ashlar/testkit'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'

import { authenticate, bearer } from '../../src/index.ts'
import { apps } from '../support/apps.ts'

const clock = fakeClock()
const issuer = testIssuer({ algorithm: 'RS256', clock })
const attacks = attackTokens(issuer, clock.now())

const ANSWERS = {
  invalid: { status: 401, code: 'invalid-credentials', challenge: 'Bearer realm="api", error="invalid_token"' },
  expired: {
    status: 401,
    code: 'invalid-credentials',
    challenge: 'Bearer realm="api", error="invalid_token", error_description="The access token has expired."',
  },
  malformed: {
    status: 400,
    code: 'malformed-credentials',
    challenge:
      'Bearer realm="api", error="invalid_request", error_description="The Authorization header could not be read."',
  },
}

test('the corpus is as large as it should be, and no case is there twice', () => {
  expect(attacks.length).toBeGreaterThanOrEqual(100)
  expect(new Set(attacks.map(({ authorization }) => authorization)).size).toBe(attacks.length)
})

describe.each(apps)('$framework', ({ serve }) => {
  let server: TestServer
  beforeAll(async () => {
    server = await serve(
      authenticate([
        bearer({ issuer: issuer.issuer, audience: issuer.audience, algorithms: ['RS256'], keys: issuer.jwks, clock }),
      ]),
    )
    // What the attacks are made of is good.
    const response = await server.call('/', { headers: { authorization: `Bearer ${issuer.token()}` } })
    expect(response.status).toBe(200)
  })
  afterAll(() => server.close())

  test.each(attacks)('$name', async ({ authorization, expected }) => {
    const { status, code, challenge } = ANSWERS[expected]
    const response = await server.call('/', { headers: { authorization } })
    expect(response.status).toBe(status)
    expect(response.json().code).toBe(code)
    expect(response.headers['www-authenticate']).toBe(challenge)
  })
})
