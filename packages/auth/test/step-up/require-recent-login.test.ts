import { fakeClock, testIssuer } from '@ashlar/testkit'
import { expect, test } from '@jest/globals'

import { authenticate, bearer, requireRecentLogin } from '../../src/index.ts'
import { apps } from '../support/apps.ts'

const clock = fakeClock()
const issuer = testIssuer({ clock })
const authentication = authenticate([
  bearer({ issuer: issuer.issuer, audience: issuer.audience, algorithms: ['ES256'], keys: issuer.jwks, clock }),
])
const now = clock.now() / 1000

test.each(apps)('a login that is too old or too weak is told what would do ($framework)', async ({ serve }) => {
  const server = await serve(authentication, requireRecentLogin({ maxAge: '5m', acr: ['mfa', 'hwk'], clock }))
  const call = (claims: Record<string, unknown>) =>
    server.call('/', { headers: { authorization: `Bearer ${issuer.token(claims)}` } })
  expect((await call({ auth_time: now - 300, acr: 'hwk' })).status).toBe(200)
  for (const claims of [
    { auth_time: now - 301, acr: 'mfa' },
    { auth_time: now, acr: 'pwd' },
    { auth_time: now },
    { acr: 'mfa' },
    { auth_time: String(now), acr: 'mfa' },
  ]) {
    const response = await call(claims)
    expect(response.status).toBe(401)
    expect(response.json().code).toBe('insufficient-authentication')
    expect(response.headers['www-authenticate']).toBe(
      'Bearer realm="api", error="insufficient_user_authentication", ' +
        'error_description="A more recent or a stronger login is required.", acr_values="mfa hwk", max_age="300"',
    )
  }
  await server.close()
})

test.each(apps)('without a principal it refuses ($framework)', async ({ serve }) => {
  const server = await serve(requireRecentLogin({ maxAge: '5m' }) as never)
  expect((await server.call('/')).status).toBe(500)
  await server.close()
})

test.each([
  ['nothing to ask for', {}, 'ERR_OPTION_MISSING'],
  ['a class with a quote', { acr: 'a"b' }, 'ERR_OPTION_INVALID'],
  ['a class with a space', { acr: 'a b' }, 'ERR_OPTION_INVALID'],
  ['no class', { acr: [] }, 'ERR_OPTION_INVALID'],
  ['a negative age', { maxAge: '-1s' }, 'ERR_OPTION_INVALID'],
])('%s is refused at construction', (_, options, code) => {
  expect(() => requireRecentLogin(options as never)).toThrow(expect.objectContaining({ code }))
})
