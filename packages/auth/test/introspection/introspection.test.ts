import { fakeClock, type TestServer, testIssuer, testRequest, testServer } from '@ashlar/testkit'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'

import { authenticate, bearer, dpop, introspection } from '../../src/index.ts'
import { apps } from '../support/apps.ts'
import { dpopClient } from '../support/dpop-client.ts'

const clock = fakeClock()
let endpoint: TestServer
let answer: { status: number; body: unknown }
let asked: { authorization: string | undefined; type: string | undefined; body: string }[]

beforeEach(async () => {
  clock.set(Date.UTC(2026, 0, 1))
  asked = []
  answer = { status: 200, body: active() }
  endpoint = await testServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += chunk))
    request.on('end', () => {
      const { authorization, 'content-type': type } = request.headers
      asked.push({ authorization, type, body })
      response.writeHead(answer.status).end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body))
    })
  })
})
afterEach(() => endpoint.close())

const active = (more: object = {}) => ({
  active: true,
  sub: 'user-1',
  scope: 'orders:read',
  aud: 'orders-api',
  iss: 'https://issuer.example',
  exp: clock.now() / 1000 + 300,
  ...more,
})
const source = (more: object = {}) =>
  introspection({
    endpoint: `http://127.0.0.1:${endpoint.port}/introspect`,
    issuer: 'https://issuer.example',
    audience: 'orders-api',
    clientId: 'api:1',
    clientSecret: 'sécret &',
    clock,
    ...more,
  })
const verify = async (from: ReturnType<typeof source>, token = 'opaque') => {
  const result = await from.verify(`Bearer ${token}`, testRequest())
  return result.kind === 'allow' ? 'allowed' : result.reason
}
const unavailable = { code: 'ERR_DEPENDENCY_UNAVAILABLE' }

test('the issuer is asked by a form, with the client’s credentials encoded as they must be', async () => {
  expect(await verify(source())).toBe('allowed')
  expect(asked).toEqual([
    {
      authorization: `Basic ${Buffer.from('api%3A1:s%C3%A9cret+%26').toString('base64')}`,
      type: 'application/x-www-form-urlencoded',
      body: 'token=opaque&token_type_hint=access_token',
    },
  ])
})

test('an answer is believed for a while, and not longer than the token lives', async () => {
  const from = source({ cache: '10s' })
  answer.body = active({ exp: clock.now() / 1000 + 5 })
  for (const _ of [1, 2, 3]) expect(await verify(from)).toBe('allowed')
  expect(asked.length).toBe(1)
  clock.advance(5000)
  expect(await verify(from)).toBe('the token has expired')
  answer.body = active()
  clock.advance(10_000)
  expect(await verify(from)).toBe('allowed')
  clock.advance(9999)
  answer.body = { active: false }
  expect(await verify(from)).toBe('allowed')
  clock.advance(1)
  expect(await verify(from)).toBe('the token is not active')
})

test('requests with one token at once cause one question', async () => {
  const from = source()
  await Promise.all(Array.from({ length: 20 }, () => verify(from)))
  expect(asked.length).toBe(1)
})

test.each([
  ['inactive', { active: false }, 'the token is not active'],
  ['active that is no boolean', { active: 'true', sub: 'x' }, 'the token is not active'],
  ['an empty answer', {}, 'the token is not active'],
  ['another audience', { aud: 'other' }, 'the token is for another audience'],
  ['no audience', { aud: undefined }, 'the token is for another audience'],
  ['another issuer', { iss: 'https://other.example' }, 'the token is of another issuer'],
  ['expired', { exp: 1 }, 'the token has expired'],
  ['an expiry that is text', { exp: '9999999999' }, 'the token has expired'],
  ['not yet valid', { nbf: 9_999_999_999 }, 'the token is not active'],
  ['no subject', { sub: undefined }, 'the claim for the subject is missing or no text'],
  ['a binding', { cnf: { jkt: 'x' } }, 'the token is bound to a key that the caller has not shown to hold'],
])('%s: refused', async (_, more, reason) => {
  answer.body = 'active' in more || Object.keys(more).length === 0 ? more : active(more)
  expect(await verify(source())).toBe(reason)
})

test('an answer that does not say so is not active, whatever Object.prototype says', async () => {
  const polluted = Object.prototype as { active?: boolean }
  const { active: _, ...rest } = active()
  answer.body = rest
  const from = source()
  polluted.active = true
  try {
    expect(await verify(from)).toBe('the token is not active')
  } finally {
    delete polluted.active
  }
})

describe('what is no answer is 503', () => {
  test.each([
    ['an error', 500, {}],
    ['credentials that are refused', 401, { active: true }],
    ['no JSON', 200, '<html>'],
    ['a list', 200, '[]'],
    ['a redirect', 302, {}],
  ])('%s', async (_, status, body) => {
    answer = { status, body }
    await expect(verify(source())).rejects.toMatchObject(unavailable)
    answer = { status: 200, body: active() }
  })

  test('nobody there', async () => {
    const from = source()
    await endpoint.close()
    await expect(verify(from)).rejects.toMatchObject(unavailable)
  })

  test('no answer in time', async () => {
    const hanging = await testServer(() => {})
    const from = source({ endpoint: `http://127.0.0.1:${hanging.port}/`, timeout: '10ms' })
    await expect(verify(from)).rejects.toMatchObject(unavailable)
    await hanging.close()
  })
})

describe.each(apps)('in $framework', ({ serve }) => {
  test('beside JWTs: each token goes to the one that reads it', async () => {
    const issuer = testIssuer({ clock })
    const tokens = bearer({
      issuer: issuer.issuer,
      audience: issuer.audience,
      algorithms: ['ES256'],
      keys: issuer.jwks,
      clock,
    })
    const server = await serve(authenticate([tokens, source()]))
    answer.body = active({ sub: 'opaque-user' })
    const subjectOf = async (token: string) =>
      (await server.call('/', { headers: { authorization: `Bearer ${token}` } })).json().subject
    expect(await subjectOf('opaque')).toBe('opaque-user')
    expect(await subjectOf(issuer.token())).toBe('user-1')
    expect(asked.length).toBe(1)
    await server.close()
  })

  test('a bound opaque token needs its proof', async () => {
    const client = dpopClient()
    answer.body = active({ cnf: { jkt: client.thumbprint } })
    const server = await serve(authenticate([source({ proofs: [dpop({ origin: 'https://api.example', clock })] })]))
    const proof = client.proof({ method: 'GET', url: 'https://api.example/', token: 'opaque', now: clock.now() })
    const call = (headers: Record<string, string>) => server.call('/', { headers })
    expect((await call({ authorization: 'DPoP opaque', dpop: proof })).status).toBe(200)
    expect((await call({ authorization: 'DPoP opaque' })).status).toBe(401)
    expect((await call({ authorization: 'Bearer opaque', dpop: proof })).status).toBe(401)
    await server.close()
  })
})

test.each([
  ['no audience', { audience: undefined }, 'ERR_OPTION_MISSING'],
  ['no client', { clientId: undefined }, 'ERR_OPTION_MISSING'],
  ['plain HTTP', { endpoint: 'http://issuer.example/introspect' }, 'ERR_OPTION_UNSAFE'],
  ['an unknown option', { audeince: 'x' }, 'ERR_OPTION_UNKNOWN'],
  ['answers believed for a day', { cache: '1d' }, 'ERR_OPTION_INVALID'],
])('%s is refused at construction', (_, more, code) => {
  expect(() => source(more)).toThrow(expect.objectContaining({ code }))
})

test('without an audience in the answers it can be said so', async () => {
  answer.body = active({ aud: undefined })
  expect(await verify(source({ audience: false }))).toBe('allowed')
})

test('tokens that are not good push none out that is', async () => {
  const from = source({ maxRemembered: 2 })
  await verify(from, 'good')
  answer.body = { active: false }
  for (const token of ['x1', 'x2', 'x3']) await verify(from, token)
  expect(asked.length).toBe(4)
  expect(await verify(from, 'good')).toBe('allowed')
  expect(asked.length).toBe(4)
})

test('by a clock that was set back an answer is believed no longer', async () => {
  const from = source()
  await verify(from)
  clock.advance(-3_600_000)
  await verify(from)
  expect(asked.length).toBe(2)
})

test('what the issuer answered is not in what is told of it', async () => {
  answer.body = 'hunter2: not JSON'
  const failure = await verify(source()).catch((error: unknown) => error)
  for (let error = failure as Error | undefined; error; error = error.cause as Error) {
    expect(error.message).not.toContain('hunter2')
  }
})
