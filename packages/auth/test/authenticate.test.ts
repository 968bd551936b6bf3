import type { AnyGuard } from '@ashlar/core'
import { recordEvents, type TestServer, testIssuer } from '@ashlar/testkit'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'

import { authenticate, bearer } from '../src/index.ts'
import { apps } from './support/apps.ts'

const issuer = testIssuer()
const source = () =>
  bearer({ issuer: issuer.issuer, audience: issuer.audience, algorithms: ['ES256'], keys: issuer.jwks })

describe.each(apps)('authenticate() in $framework', ({ serve }) => {
  let server: TestServer
  let lenient: TestServer
  beforeAll(async () => {
    server = await serve(authenticate([source()]))
    lenient = await serve(authenticate([source()], { optional: true, realm: 'orders' }) as AnyGuard)
  })
  afterAll(() => Promise.all([server.close(), lenient.close()]))

  test('a good token gives the handler its principal, also when it is seen again', async () => {
    const headers = { authorization: `Bearer ${issuer.token()}` }
    for (const _ of [1, 2]) {
      const response = await server.call('/', { headers })
      expect(response.status).toBe(200)
      expect(response.json()).toEqual({ subject: 'user-1', slot: 'user-1' })
    }
  })

  test('without credentials: 401 and a challenge without an error code', async () => {
    const response = await server.call('/')
    expect(response.status).toBe(401)
    expect(response.headers['www-authenticate']).toBe('Bearer realm="api"')
    expect(response.headers['content-type']).toMatch(/^application\/problem\+json/)
    expect(response.json()).toMatchObject({ code: 'credentials-required', status: 401 })
  })

  test('another scheme is no credential: 401 and what would be one', async () => {
    const response = await server.call('/', { headers: { authorization: 'Basic dXNlcjpwYXNz' } })
    expect(response.status).toBe(401)
    expect(response.headers['www-authenticate']).toBe('Bearer realm="api"')
  })

  test('a bad token: 401 invalid_token', async () => {
    const response = await server.call('/', { headers: { authorization: `Bearer ${issuer.token({ aud: 'other' })}` } })
    expect(response.status).toBe(401)
    expect(response.headers['www-authenticate']).toBe('Bearer realm="api", error="invalid_token"')
    expect(response.json()).toMatchObject({ code: 'invalid-credentials' })
  })

  test('an expired token: the caller is told, so that it can refresh', async () => {
    const token = issuer.token({ exp: Math.floor(Date.now() / 1000) - 1 })
    const response = await server.call('/', { headers: { authorization: `Bearer ${token}` } })
    expect(response.headers['www-authenticate']).toBe(
      'Bearer realm="api", error="invalid_token", error_description="The access token has expired."',
    )
  })

  test.each([['Bearer'], ['Bearer a b'], ['Bearer "x"'], ['Bearer ä'], ['bearer a,b']])(
    'malformed %j: 400 invalid_request',
    async (authorization) => {
      const response = await server.call('/', { headers: { authorization } })
      expect(response.status).toBe(400)
      expect(response.headers['www-authenticate']).toMatch(/^Bearer realm="api", error="invalid_request"/)
      expect(response.json()).toMatchObject({ code: 'malformed-credentials' })
    },
  )

  test('two Authorization headers: 400, even if both are good', async () => {
    const good = `Bearer ${issuer.token()}`
    const text = await server.raw(
      `GET / HTTP/1.1\r\nHost: x\r\nAuthorization: ${good}\r\nauthorization: ${good}\r\nConnection: close\r\n\r\n`,
    )
    expect(text).toMatch(/^HTTP\/1.1 400 /)
    expect(text).toMatch(/WWW-Authenticate: Bearer realm="api", error="invalid_request"\r\n/i)
  })

  test('the scheme is read in any case', async () => {
    const response = await server.call('/', { headers: { authorization: `bEARER  ${issuer.token()}` } })
    expect(response.status).toBe(200)
  })

  test('optional: nobody passes as nobody, bad credentials are refused all the same', async () => {
    expect((await lenient.call('/')).json()).toEqual({ subject: null, slot: null })
    const good = await lenient.call('/', { headers: { authorization: `Bearer ${issuer.token()}` } })
    expect(good.json()).toEqual({ subject: 'user-1', slot: 'user-1' })
    for (const authorization of [`Bearer ${issuer.token({ aud: 'other' })}`, 'Bearer', 'Basic dXNlcjpwYXNz']) {
      const response = await lenient.call('/', { headers: { authorization } })
      expect(response.status).toBeGreaterThanOrEqual(400)
      expect(response.headers['www-authenticate']).toMatch(/^Bearer realm="orders"/)
    }
  })

  test('a refusal is announced with a fixed reason and no part of the token', async () => {
    const recorder = recordEvents()
    const token = issuer.token({ sub: 'planted-subject' }, { kid: 'planted-kid' })
    await server.call('/', { headers: { authorization: `Bearer ${token}` } })
    recorder.stop()
    expect(recorder.events[0]).toMatchObject({
      name: 'authn_login_fail',
      decision: { guard: 'authenticate bearer', reason: 'no key of the issuer fits the token', status: 401 },
    })
    const published = JSON.stringify([recorder.events, recorder.verdicts])
    for (const secret of [token, ...token.split('.'), 'planted']) expect(published).not.toContain(secret)
  })
})

test.each([
  ['no source', () => authenticate([]), 'ERR_OPTION_MISSING'],
  ['a factory that was not called', () => authenticate([bearer as never]), 'ERR_OPTION_INVALID'],
  ['an unknown option', () => authenticate([source()], { optinal: true } as never), 'ERR_OPTION_UNKNOWN'],
  ['an optional that is no boolean', () => authenticate([source()], { optional: 1 } as never), 'ERR_OPTION_INVALID'],
  ['a realm that breaks out', () => authenticate([source()], { realm: 'a", error="x' }), 'ERR_OPTION_INVALID'],
])('%s is refused at construction', (_, make, code) => {
  expect(make).toThrow(expect.objectContaining({ code }))
})
