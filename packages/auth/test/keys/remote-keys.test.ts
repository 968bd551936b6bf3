import { fakeClock, testIssuer, testRequest } from '@ashlar/testkit'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'

import { authenticate, bearer, type JwksOptions } from '../../src/index.ts'
import { apps } from '../support/apps.ts'
import { type KeyServer, keyServer } from '../support/key-server.ts'

const clock = fakeClock()
const first = testIssuer({ kid: 'first', clock })
const second = testIssuer({ kid: 'second', clock })
let server: KeyServer

beforeEach(async () => {
  clock.set(Date.UTC(2026, 0, 1))
  server = await keyServer(first.jwks)
})
afterEach(() => server.close())

const source = (jwks: JwksOptions = {}, more: object = {}) =>
  bearer({
    issuer: first.issuer,
    audience: first.audience,
    algorithms: ['ES256'],
    keys: server.url,
    clock,
    jwks: { cooldown: '0ms', ...jwks },
    ...more,
  })
const verify = (from: ReturnType<typeof source>, token: string) => from.verify(`Bearer ${token}`, testRequest())
const unavailable = expect.objectContaining({ code: 'ERR_DEPENDENCY_UNAVAILABLE' })
const allowed = expect.objectContaining({ kind: 'allow' })
const noKey = expect.objectContaining({ reason: 'no key of the issuer fits the token' })

test('keys are fetched once, for however many first tokens', async () => {
  const from = source()
  const answers = await Promise.all(Array.from({ length: 20 }, () => verify(from, first.token())))
  expect(answers).toEqual(Array.from({ length: 20 }, () => allowed))
  expect(server.requests).toBe(1)
})

test('once a key is known, an answer is given at once', async () => {
  const from = source()
  await verify(from, first.token())
  expect(verify(from, first.token())).toEqual(allowed)
})

test('a token of another issuer causes no fetch', () => {
  expect(verify(source(), first.token({ iss: 'https://evil.example' }))).toEqual(
    expect.objectContaining({ reason: 'the issuer is not trusted' }),
  )
  expect(server.requests).toBe(0)
})

test('rotation: a new key is found when a token names it, and what the old one signed ends when it leaves', async () => {
  const from = source()
  const old = first.token()
  await verify(from, old)
  server.answer({ keys: [first.jwk, second.jwk] })
  expect(await verify(from, second.token())).toEqual(allowed)
  expect(verify(from, old)).toEqual(allowed)
  server.answer(second.jwks)
  expect(await verify(from, testIssuer({ kid: 'third', clock }).token())).toEqual(noKey)
  expect(await verify(from, old)).toEqual(noKey)
})

test('a key that changed under its name verifies nothing of before', async () => {
  const from = source({ maxAge: '1s' })
  const old = first.token()
  await verify(from, old)
  const impostor = testIssuer({ kid: 'first', clock })
  server.answer({ keys: [impostor.jwk, second.jwk] })
  await verify(from, second.token())
  expect(await verify(from, old)).toEqual(expect.objectContaining({ reason: 'the signature is not right' }))
})

test('old keys are refreshed behind the requests', async () => {
  const from = source({ maxAge: '60s' })
  await verify(from, first.token())
  clock.advance(60_001)
  server.answer({ keys: [first.jwk, second.jwk] })
  expect(verify(from, first.token())).toEqual(allowed)
  expect(await verify(from, second.token())).toEqual(allowed)
  expect(server.requests).toBeLessThanOrEqual(3)
})

test('in an outage known keys go on, for as long as was allowed', async () => {
  const from = source({ maxAge: '60s', staleIfError: '1h' })
  await verify(from, first.token())
  server.answer('broken', 500)
  clock.advance(3_660_000)
  expect(verify(from, first.token())).toEqual(allowed)
  expect(await Promise.resolve(verify(from, first.token()))).toEqual(allowed)
  clock.advance(2000)
  await expect(verify(from, first.token())).rejects.toEqual(unavailable)
})

test('in an outage an unknown key is no verdict: unavailable, and good again without a restart', async () => {
  const from = source()
  await verify(from, first.token())
  server.answer('broken', 500)
  await expect(verify(from, second.token())).rejects.toEqual(unavailable)
  server.answer(second.jwks)
  await expect(verify(from, second.token())).rejects.toEqual(unavailable)
  clock.advance(1000)
  expect(await verify(from, second.token())).toEqual(allowed)
})

test('while it can not be reached it is asked once a second at most', async () => {
  server.answer('broken', 500)
  const from = source()
  for (let count = 0; count < 10; count++) await expect(verify(from, first.token())).rejects.toEqual(unavailable)
  expect(server.requests).toBe(1)
})

test('tokens with unknown keys share one fetch', async () => {
  const from = source()
  await verify(from, first.token())
  server.hold()
  const pending = Array.from({ length: 50 }, (_, index) =>
    verify(from, testIssuer({ kid: `unknown-${index % 3}`, clock }).token()),
  )
  while (server.requests < 2) await new Promise((resolve) => setImmediate(resolve))
  server.release()
  expect(await Promise.all(pending)).toEqual(Array.from({ length: 50 }, () => noKey))
  expect(server.requests).toBe(2)
})

const weak = testIssuer({ algorithm: 'RS256', modulusLength: 1024, kid: 'first', clock })

describe('an answer that is no usable key set is an outage', () => {
  test.each([
    ['no JSON', '<html>', 200],
    ['no object', '[]', 200],
    ['no keys', {}, 200],
    ['an empty set', { keys: [] }, 200],
    ['keys that are no objects', { keys: [null, 1, 'x'] }, 200],
    ['a key for encryption', { keys: [{ ...first.jwk, use: 'enc' }] }, 200],
    ['a key for signing only', { keys: [{ ...first.jwk, key_ops: ['sign'] }] }, 200],
    ['a private key', { keys: [{ ...first.privateKey.export({ format: 'jwk' }), kid: 'first' }] }, 200],
    ['a shared secret', { keys: [{ kty: 'oct', k: 'AAAA', kid: 'first' }] }, 200],
    ['a weak key', { keys: [weak.jwk] }, 200],
    ['a point that is not on the curve', { keys: [{ ...first.jwk, x: first.jwk.y }] }, 200],
    ['a redirect', first.jwks, 302],
    ['an error', first.jwks, 503],
    ['a megabyte and more', JSON.stringify({ keys: [first.jwk], pad: 'x'.repeat(1 << 20) }), 200],
  ])('%s', async (_, body, status) => {
    server.answer(body, status)
    await expect(verify(source(), first.token())).rejects.toEqual(unavailable)
  })
})

test('an endpoint that does not answer is an outage when the time is up', async () => {
  server.hold()
  await expect(verify(source({ timeout: '10ms' }), first.token())).rejects.toEqual(unavailable)
  server.release()
})

test.each(apps)('without any key the answer is 503 and never 401 ($framework)', async ({ serve }) => {
  server.answer('broken', 500)
  const app = await serve(authenticate([source()]))
  const response = await app.call('/', { headers: { authorization: `Bearer ${first.token()}` } })
  expect(response.status).toBe(503)
  expect(response.headers['www-authenticate']).toBeUndefined()
  expect(response.json()).toMatchObject({ code: 'dependency-unavailable' })
  await app.close()
})

test.each([
  ['a status', { keys: [] }, 404, /status was 404/],
  ['an empty set', { keys: [] }, 200, /no key for ES256/],
  ['keys of another kind', testIssuer({ algorithm: 'RS256', clock }).jwks, 200, /its "alg" is none of those allowed/],
  ['a key of another type', { keys: [{ ...weak.jwk, alg: undefined }] }, 200, /ES256 needs a key on prime256v1/],
  ['no list', { keys: 'x' }, 200, /no list of keys/],
  ['no JSON', 'hunter2 is no JSON', 200, /was no JSON/],
])('the operator learns what was wrong: %s', async (_, body, status, says) => {
  server.answer(body, status)
  const failure = await Promise.resolve(verify(source(), first.token())).catch((error: unknown) => error)
  const texts: string[] = []
  for (let error = failure as Error | undefined; error; error = error.cause as Error) texts.push(error.message)
  expect(texts.join('\n')).toMatch(says)
  expect(texts.join('\n')).not.toContain('hunter2')
})

test('a byte-order mark before the keys is no part of them', async () => {
  server.answer(`\ufeff${JSON.stringify(first.jwks)}`)
  expect(await verify(source(), first.token())).toEqual(allowed)
})

test('what fails behind the requests is told once for each outage, with its cause', async () => {
  const told: Error[] = []
  const from = source({ maxAge: '60s' }, { onError: (error: Error) => told.push(error) })
  const settled = async (requests: number) => {
    while (server.requests < requests) await new Promise((resolve) => setImmediate(resolve))
    for (let count = 0; count < 50; count++) await new Promise((resolve) => setImmediate(resolve))
  }
  await verify(from, first.token())
  server.answer('broken', 500)
  clock.advance(60_000)
  for (let count = 0; count < 3; count++) {
    const { requests } = server
    expect(verify(from, first.token())).toEqual(allowed)
    await settled(requests + 1)
    clock.advance(1000)
  }
  expect(told).toEqual([unavailable])
  expect(String((told[0]!.cause as Error).cause)).toContain('500')
  server.answer(first.jwks)
  verify(from, first.token())
  await settled(5)
  server.answer('broken', 500)
  clock.advance(60_000)
  verify(from, first.token())
  await settled(6)
  expect(told.length).toBe(2)
})

test('with no time beyond their age, keys are good until it is over, and fetched then', async () => {
  const from = source({ maxAge: '60s', staleIfError: '0ms' })
  for (let count = 0; count < 5; count++) {
    expect(await verify(from, first.token())).toEqual(allowed)
    clock.advance(10_000)
  }
  expect(server.requests).toBe(1)
  server.answer('broken', 500)
  clock.advance(10_001)
  await expect(Promise.resolve(verify(from, first.token()))).rejects.toEqual(unavailable)
})

test('a clock that is set back throws no key away', async () => {
  const from = source({ maxAge: '60s', staleIfError: '1h' })
  await verify(from, first.token())
  server.answer('broken', 500)
  clock.advance(-20)
  expect(verify(from, first.token())).toEqual(allowed)
  clock.advance(20)
  expect(verify(from, first.token())).toEqual(allowed)
  // Nor makes it one young for ever.
  clock.advance(3_600_001)
  await expect(Promise.resolve(verify(from, first.token()))).rejects.toEqual(unavailable)
})
