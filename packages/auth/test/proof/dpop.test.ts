import { generateKeyPairSync } from 'node:crypto'
import { fakeClock, type TestServer, testIssuer } from '@ashlar/testkit'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { calculateJwkThumbprint } from 'jose'

import { authenticate, bearer, dpop, dpopNonces } from '../../src/index.ts'
import { jwkThumbprint } from '../../src/proof/jwk-thumbprint.ts'
import { apps } from '../support/apps.ts'
import { dpopClient } from '../support/dpop-client.ts'

const clock = fakeClock()
const issuer = testIssuer({ clock })
const client = dpopClient()
const other = dpopClient()
const URL_ = 'https://api.example/orders'

const source = (more: object = {}) =>
  bearer({
    issuer: issuer.issuer,
    audience: issuer.audience,
    algorithms: ['ES256'],
    keys: issuer.jwks,
    clock,
    proofs: [dpop({ origin: 'https://api.example', clock, ...more })],
  })
const bound = () => issuer.token({ cnf: { jkt: client.thumbprint } })
const about = (token: string) => ({ method: 'GET', url: URL_, token, now: clock.now() })

describe.each(apps)('in $framework', ({ serve }) => {
  let server: TestServer
  beforeAll(async () => {
    server = await serve(authenticate([source()]))
  })
  afterAll(() => server.close())

  const call = (authorization: string, proof?: string) =>
    server.call('/orders?page=2', { headers: { authorization, ...(proof !== undefined && { dpop: proof }) } })

  test('a bound token with a fresh proof for this request lets in, again with another proof', async () => {
    const token = bound()
    for (const _ of [1, 2]) expect((await call(`DPoP ${token}`, client.proof(about(token)))).status).toBe(200)
  })

  test('without credentials both schemes are offered', async () => {
    const response = await server.call('/orders')
    expect(response.rawHeaders.filter((_, index, all) => /^www-authenticate$/i.test(all[index - 1] ?? ''))).toEqual([
      'Bearer realm="api"',
      'DPoP realm="api", algs="ES256 EdDSA Ed25519 RS256 PS256"',
    ])
  })

  test('a token that is not bound is sent as Bearer, and only so', async () => {
    const token = issuer.token()
    expect((await call(`Bearer ${token}`)).status).toBe(200)
    const response = await call(`DPoP ${token}`, client.proof(about(token)))
    expect(response.status).toBe(401)
    expect(response.headers['www-authenticate']).toMatch(/^DPoP .*error="invalid_token"/)
  })

  test('a bound token sent as Bearer is refused, even with a proof', async () => {
    const token = bound()
    const response = await call(`Bearer ${token}`, client.proof(about(token)))
    expect(response.status).toBe(401)
    expect(response.headers['www-authenticate']).toBe('Bearer realm="api", error="invalid_token"')
  })

  test('a proof is used once', async () => {
    const token = bound()
    const proof = client.proof(about(token))
    expect((await call(`DPoP ${token}`, proof)).status).toBe(200)
    const response = await call(`DPoP ${token}`, proof)
    expect(response.status).toBe(401)
    expect(response.headers['www-authenticate']).toMatch(/error="invalid_dpop_proof"/)
  })

  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const now = () => Math.floor(clock.now() / 1000)
  test.each<[string, (token: string) => string | undefined, string]>([
    ['no proof', () => undefined, 'invalid_dpop_proof'],
    ['an empty proof', () => '', 'invalid_dpop_proof'],
    ['no JWT', () => 'x.y.z', 'invalid_dpop_proof'],
    ['two proofs in one header', (t) => `${client.proof(about(t))}, ${client.proof(about(t))}`, 'invalid_dpop_proof'],
    ['the proof of another key', (t) => other.proof(about(t)), 'invalid_token'],
    ['another type', (t) => client.proof(about(t), {}, { typ: 'JWT' }), 'invalid_dpop_proof'],
    ['no algorithm', (t) => client.proof(about(t), {}, { alg: 'none' }), 'invalid_dpop_proof'],
    ['a shared secret', (t) => client.proof(about(t), {}, { alg: 'HS256' }), 'invalid_dpop_proof'],
    ['another algorithm', (t) => client.proof(about(t), {}, { alg: 'RS256' }), 'invalid_dpop_proof'],
    ['no key', (t) => client.proof(about(t), {}, { jwk: undefined }), 'invalid_dpop_proof'],
    [
      'a private key',
      (t) => client.proof(about(t), {}, { jwk: privateKey.export({ format: 'jwk' }) }),
      'invalid_dpop_proof',
    ],
    ['a critical extension', (t) => client.proof(about(t), {}, { crit: ['x'], x: 1 }), 'invalid_dpop_proof'],
    ['another method', (t) => client.proof({ ...about(t), method: 'POST' }), 'invalid_dpop_proof'],
    ['the method in lower case', (t) => client.proof({ ...about(t), method: 'get' }), 'invalid_dpop_proof'],
    ['another path', (t) => client.proof({ ...about(t), url: 'https://api.example/admin' }), 'invalid_dpop_proof'],
    ['another host', (t) => client.proof({ ...about(t), url: 'https://evil.example/orders' }), 'invalid_dpop_proof'],
    ['another scheme', (t) => client.proof({ ...about(t), url: 'http://api.example/orders' }), 'invalid_dpop_proof'],
    [
      'a URL with a user',
      (t) => client.proof({ ...about(t), url: 'https://a@api.example/orders' }),
      'invalid_dpop_proof',
    ],
    ['no URL', (t) => client.proof(about(t), { htu: undefined }), 'invalid_dpop_proof'],
    ['another token', () => client.proof(about(issuer.token())), 'invalid_dpop_proof'],
    ['no token', (t) => client.proof(about(t), { ath: undefined }), 'invalid_dpop_proof'],
    ['an old proof', (t) => client.proof(about(t), { iat: now() - 61 }), 'invalid_dpop_proof'],
    ['a proof of the future', (t) => client.proof(about(t), { iat: now() + 6 }), 'invalid_dpop_proof'],
    ['a time that is text', (t) => client.proof(about(t), { iat: String(now()) }), 'invalid_dpop_proof'],
    ['no id', (t) => client.proof(about(t), { jti: undefined }), 'invalid_dpop_proof'],
    ['an id of a kilobyte', (t) => client.proof(about(t), { jti: 'x'.repeat(1024) }), 'invalid_dpop_proof'],
    ['a proof of 5 KiB', (t) => client.proof(about(t), { pad: 'x'.repeat(5000) }), 'invalid_dpop_proof'],
    [
      'a changed signature',
      (t) => client.proof(about(t)).replace(/.{8}$/, (end) => (/^A/.test(end) ? 'BBBBBBBB' : 'AAAAAAAA')),
      'invalid_dpop_proof',
    ],
  ])('%s is refused', async (_, make, error) => {
    const token = bound()
    const response = await call(`DPoP ${token}`, make(token))
    expect(response.status).toBe(401)
    expect(response.headers['www-authenticate']).toContain(`error="${error}"`)
    expect(response.headers['www-authenticate']).toMatch(/^DPoP /)
  })

  test('a URL in another spelling of the same is the same: case, default port, query, fragment', async () => {
    for (const url of [
      'HTTPS://API.example:443/orders',
      'https://api.example/orders?x=1#y',
      'https://api.example/./orders',
    ]) {
      const token = bound()
      expect((await call(`DPoP ${token}`, client.proof({ ...about(token), url }))).status).toBe(200)
    }
  })
})

test.each(apps)('a server nonce is asked for, given, and accepted until it is old ($framework)', async ({ serve }) => {
  const time = fakeClock()
  const nonces = dpopNonces({ keyRing: [{ id: 'one', secret: 's'.repeat(32) }], lifetime: '60s', clock: time })
  const server = await serve(authenticate([source({ nonces })]))
  const call = async (nonce?: string) => {
    const token = bound()
    const proof = client.proof(about(token), { nonce })
    return server.call('/orders', { headers: { authorization: `DPoP ${token}`, dpop: proof } })
  }
  const asked = await call()
  expect(asked.status).toBe(401)
  expect(asked.headers['www-authenticate']).toMatch(/^DPoP .*error="use_dpop_nonce"/)
  const nonce = String(asked.headers['dpop-nonce'])
  expect((await call(nonce)).status).toBe(200)
  time.advance(60_000)
  expect((await call(nonce)).status).toBe(200)
  time.advance(60_000)
  expect((await call(nonce)).headers['dpop-nonce']).not.toBe(nonce)
  for (const wrong of ['', 'x'.repeat(43), 'é'.repeat(43)]) expect((await call(wrong)).status).toBe(401)
  await server.close()
})

test.each([
  ['rejects', () => Promise.reject(new Error('gone')), 503],
  [
    'throws at once',
    () => {
      throw new Error('gone')
    },
    503,
  ],
  ['answers without a promise', () => true, 200],
  ['says yes in another way', () => 'OK', 401],
  ['says nothing', async () => undefined, 401],
])('a store of used proofs that %s', async (_, claim, status) => {
  const [{ serve }] = apps as [(typeof apps)[number]]
  const server = await serve(authenticate([source({ replays: { claim } })]))
  const token = bound()
  const headers = { authorization: `DPoP ${token}`, dpop: client.proof(about(token)) }
  expect((await server.call('/orders', { headers })).status).toBe(status)
  await server.close()
})

test.each(['ES256', 'RS256', 'EdDSA'])(
  'the thumbprint of a key for %s is the one that others compute',
  async (algorithm) => {
    const { jwk } = testIssuer({ algorithm })
    expect(jwkThumbprint(jwk)).toBe(await calculateJwkThumbprint(jwk as never))
  },
)

test.each([
  ['no origin', {}, 'ERR_OPTION_MISSING'],
  ['plain HTTP', { origin: 'http://api.example' }, 'ERR_OPTION_UNSAFE'],
  ['shared secrets', { origin: 'https://a.example', algorithms: ['HS256'] }, 'ERR_OPTION_UNSAFE'],
  ['an age of an hour', { origin: 'https://a.example', maxAge: '1h' }, 'ERR_OPTION_INVALID'],
])('%s is refused at construction', (_, options, code) => {
  expect(() => dpop(options as never)).toThrow(expect.objectContaining({ code }))
})

test('a short secret for nonces is refused at construction', () => {
  expect(() => dpopNonces({ keyRing: [{ id: 'one', secret: 'short' }] })).toThrow(
    expect.objectContaining({ code: 'ERR_OPTION_UNSAFE' }),
  )
})
