import { createSecretKey, generateKeyPairSync } from 'node:crypto'
import type { Principal } from '@ashlar/core'
import { fakeClock, type TestServer, testIssuer, testRequest } from '@ashlar/testkit'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'

import { authenticate, type EdgeSignerOptions, edgeIdentity, edgeSigner } from '../../src/index.ts'
import { apps } from '../support/apps.ts'

const clock = fakeClock()
const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'one' }

const signer = (more: Partial<EdgeSignerOptions> = {}) =>
  edgeSigner({ issuer: 'gateway', algorithm: 'EdDSA', key: privateKey, kid: 'one', clock, ...more })
const service = (more: object = {}) =>
  edgeIdentity({ issuer: 'gateway', audience: 'orders', algorithms: ['EdDSA'], keys: { keys: [jwk] }, clock, ...more })

const ada: Principal = {
  kind: 'bearer',
  subject: 'ada',
  issuer: 'https://login.example',
  roles: ['trader', 'a,b'],
  scopes: ['orders:read', 'orders:write'],
  tier: 'premium',
  acr: 'mfa',
  amr: ['pwd', 'otp'],
  authenticatedAt: 1_700_000_000_000,
  claims: { email: 'ada@example.com', secret: 'stays here' },
}
const request = { audience: 'orders', method: 'GET', path: '/orders?page=1' }

describe.each(apps)('$framework', ({ serve }) => {
  let server: TestServer
  beforeEach(async () => {
    clock.set(Date.UTC(2026, 0, 1))
    server = await serve(authenticate([service()]))
  })
  afterEach(() => server.close())

  const call = (headers: Record<string, string>, method = 'GET', target = '/orders?page=1') =>
    server.call(target, { method, headers })

  test('what the gateway signs lets in, once', async () => {
    const headers = signer().headers(ada, request)
    expect(headers).toMatchObject({
      'X-User-ID': 'ada',
      'X-User-Email': 'ada@example.com',
      'X-User-Roles': 'trader,a%2Cb',
      'X-User-Permissions': 'orders:read,orders:write',
    })
    expect((await call(headers)).json()).toEqual({ subject: 'ada', slot: 'ada' })
    expect((await call(headers)).status).toBe(401)
  })

  const forged: Readonly<Record<string, (headers: Record<string, string>) => Record<string, string>>> = {
    'no signature': ({ 'X-User-Signature': _, ...rest }) => rest,
    'only an id': () => ({ 'X-User-ID': 'admin' }),
    'only permissions': () => ({ 'x-user-permissions': '*' }),
    'another id': (headers) => ({ ...headers, 'X-User-ID': 'admin' }),
    'another email': (headers) => ({ ...headers, 'X-User-Email': 'root@example.com' }),
    'no email': ({ 'X-User-Email': _, ...rest }) => rest,
    'another role': (headers) => ({ ...headers, 'X-User-Roles': 'admin' }),
    'a role more': (headers) => ({ ...headers, 'X-User-Roles': `${headers['X-User-Roles']},admin` }),
    'another permission': (headers) => ({ ...headers, 'X-User-Permissions': 'admin:*' }),
    'no permissions': ({ 'X-User-Permissions': _, ...rest }) => rest,
    'an email where none was signed': () => ({
      ...signer().headers({ ...ada, claims: {} }, request),
      'X-User-Email': 'root@example.com',
    }),
    'an unsigned text for a signature': (headers) => ({ ...headers, 'X-User-Signature': 'x' }),
    'a changed signature': (headers) => ({
      ...headers,
      'X-User-Signature': headers['X-User-Signature']!.replace(/.{6}$/, (end) =>
        /^A/.test(end) ? 'BBBBBB' : 'AAAAAA',
      ),
    }),
    'the signature of another gateway': (headers) => ({
      ...headers,
      'X-User-Signature': signer({ key: generateKeyPairSync('ed25519').privateKey }).headers(ada, request)[
        'X-User-Signature'
      ]!,
    }),
    'a key of another name': () => signer({ kid: 'two' }).headers(ada, request),
    'another service': () => signer().headers(ada, { ...request, audience: 'billing' }),
    'another gateway’s name': () => signer({ issuer: 'other' }).headers(ada, request),
    'another method': () => signer().headers(ada, { ...request, method: 'POST' }),
    'another path': () => signer().headers(ada, { ...request, path: '/admin' }),
  }
  test.each(Object.entries(forged))('%s is refused', async (_, forge) => {
    const headers = signer().headers(ada, request)
    const other = forge(headers)
    expect(other).not.toEqual(headers)
    expect((await call(other)).status).toBe(401)
  })

  test('headers that were sent twice are refused', async () => {
    const lines = Object.entries(signer().headers(ada, { ...request, path: '/' })).map(([n, v]) => `${n}: ${v}\r\n`)
    for (const twice of ['X-User-ID: admin\r\n', 'x-user-roles: admin\r\n', lines.at(-1)!]) {
      const text = await server.raw(`GET / HTTP/1.1\r\nHost: x\r\n${lines.join('')}${twice}Connection: close\r\n\r\n`)
      expect(text).toMatch(/^HTTP\/1.1 40[01] /)
    }
  })

  test('a signature ends', async () => {
    const headers = signer({ lifetime: '30s' }).headers(ada, request)
    clock.advance(30_000)
    expect((await call(headers)).status).toBe(401)
  })

  test('without identity headers it is nobody', async () => {
    const response = await call({})
    expect(response.status).toBe(401)
    expect(response.json().code).toBe('credentials-required')
  })
})

test('the principal is the one at the edge, without the claims that the service does not need', async () => {
  const source = service()
  const headers = signer().headers(ada, request)
  const view = testRequest({ target: '/orders', headers })
  expect(await source.verify(headers['X-User-Signature']!, view)).toMatchObject({
    state: {
      principal: {
        kind: 'edge',
        subject: 'ada',
        issuer: 'https://login.example',
        roles: ada.roles,
        scopes: ada.scopes,
        tier: 'premium',
        acr: 'mfa',
        amr: ['pwd', 'otp'],
        authenticatedAt: ada.authenticatedAt,
        claims: { email: 'ada@example.com' },
      },
    },
  })
  expect(JSON.stringify(headers)).not.toContain('stays')
})

test('names of any characters arrive as they were', async () => {
  const strange: Principal = { ...ada, subject: 'Ünï cödé 100%,\n"x"', roles: ['é', 'a b'], scopes: [], claims: {} }
  const headers = signer().headers(strange, request)
  for (const value of Object.values(headers)) expect(value).toMatch(/^[\x21-\x7e]*$/)
  const view = testRequest({ target: '/orders', headers })
  expect(await service().verify(headers['X-User-Signature']!, view)).toMatchObject({
    state: { principal: { subject: strange.subject, roles: strange.roles, scopes: [] } },
  })
})

test('keys are replaced with an overlap, secrets as well', async () => {
  const [old, fresh] = ['o', 'n'].map((letter) => letter.repeat(32))
  const oct = (secret: string, kid: string) => ({
    ...createSecretKey(Buffer.from(secret)).export({ format: 'jwk' }),
    kid,
  })
  const source = service({ algorithms: ['HS256'], keys: { keys: [oct(fresh!, 'new'), oct(old!, 'old')] } })
  for (const [key, kid] of [
    [old!, 'old'],
    [fresh!, 'new'],
  ] as const) {
    const headers = signer({ algorithm: 'HS256', key, kid }).headers(ada, request)
    const view = testRequest({ target: '/orders', headers })
    expect(await source.verify(headers['X-User-Signature']!, view)).toMatchObject({ kind: 'allow' })
  }
})

test.each(['RS256', 'PS384', 'ES256', 'ES512', 'Ed25519'] as const)(
  'a gateway signs with %s as well',
  async (algorithm) => {
    const { privateKey: key, jwk: other } = testIssuer({ algorithm })
    const headers = signer({ algorithm, key, kid: 'key-1' }).headers(ada, request)
    const source = service({ algorithms: [algorithm], keys: { keys: [other] } })
    const view = testRequest({ target: '/orders', headers })
    expect(await source.verify(headers['X-User-Signature']!, view)).toMatchObject({ kind: 'allow' })
  },
)

test('a key that does not fit the algorithm is refused at construction', () => {
  const { privateKey: key } = testIssuer({ algorithm: 'RS256' })
  expect(() => signer({ algorithm: 'ES256', key })).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
})

test('forward strips every copy that a client sent, in any case, and adds ours', () => {
  const incoming = { host: 'x', 'x-user-id': 'admin', 'X-USER-ROLES': 'admin', 'x-user-signature': 'y', accept: '*/*' }
  expect(signer().forward(incoming, undefined, request)).toEqual({ host: 'x', accept: '*/*' })
  expect(signer().forward(incoming, ada, request)).toMatchObject({ host: 'x', accept: '*/*', 'X-User-ID': 'ada' })
})

test('a store of used signatures that fails is no pass', async () => {
  const source = service({ replays: { claim: () => Promise.reject(new Error('gone')) } })
  const headers = signer().headers(ada, request)
  await expect(
    source.verify(headers['X-User-Signature']!, testRequest({ target: '/orders', headers })),
  ).rejects.toMatchObject({
    code: 'ERR_DEPENDENCY_UNAVAILABLE',
  })
})

test.each([
  ['a public key', { key: publicKey }, 'ERR_OPTION_INVALID'],
  ['a short secret', { algorithm: 'HS256', key: 'short' }, 'ERR_OPTION_UNSAFE'],
  ['a text for a private key', { key: 'x'.repeat(64) }, 'ERR_OPTION_INVALID'],
  ['no key', { key: undefined }, 'ERR_OPTION_MISSING'],
  ['no name for the key', { kid: '' }, 'ERR_OPTION_INVALID'],
  ['an hour', { lifetime: '1h' }, 'ERR_OPTION_INVALID'],
])('edgeSigner: %s is refused at construction', (_, more, code) => {
  expect(() => signer(more as never)).toThrow(expect.objectContaining({ code }))
})

test.each([
  [
    'throws at once',
    () => {
      throw new Error('gone')
    },
  ],
  ['rejects', () => Promise.reject(new Error('gone'))],
])('a store of used signatures that %s is unavailable', async (_, claim) => {
  clock.set(Date.UTC(2026, 0, 1))
  const guard = authenticate([service({ replays: { claim } })])
  const headers = signer().headers(ada, { ...request, path: '/' })
  const asking = async () => guard.check(testRequest({ headers }), {})
  await expect(asking()).rejects.toMatchObject({ code: 'ERR_DEPENDENCY_UNAVAILABLE' })
})

test('an identity is signed for a whole request and a subject, or not at all', () => {
  for (const wrong of [{}, { ...request, audience: '' }, { ...request, pth: '/' }, { ...request, method: undefined }]) {
    expect(() => signer().headers(ada, wrong as never)).toThrow(expect.objectContaining({ name: 'ConfigurationError' }))
  }
  for (const nobody of [undefined, {}, { ...ada, subject: '' }]) {
    expect(() => signer().headers(nobody as never, request)).toThrow(
      expect.objectContaining({ name: 'ConfigurationError' }),
    )
  }
})
