import { fakeClock, recordEvents, type TestServer, testIssuer, testRequest } from '@ashlar/testkit'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'

import {
  type ApiKeyStore,
  type ApiKeys,
  apiKey,
  apiKeys,
  authenticate,
  bearer,
  memoryApiKeys,
} from '../../src/index.ts'
import { apps } from '../support/apps.ts'

const clock = fakeClock()
beforeEach(() => clock.set(Date.UTC(2026, 0, 1)))

/** A memory store that counts, and fails when it is told to. */
function watchedStore() {
  const store = memoryApiKeys()
  const counts = { find: 0, touch: 0 }
  const state: { fail?: Error } = {}
  const watched: ApiKeyStore = {
    ...store,
    async find(hash) {
      counts.find++
      if (state.fail) throw state.fail
      return store.find(hash)
    },
    async touch(uses) {
      counts.touch++
      if (state.fail) throw state.fail
      return store.touch(uses)
    },
  }
  return { watched, counts, state }
}

function setUp(more: object = {}) {
  const { watched, counts, state } = watchedStore()
  const keys = apiKeys({ store: watched, clock, ...more })
  const [source] = apiKey(keys)
  const verify = (text: string) => source!.verify(text, testRequest())
  return { keys, counts, state, verify, source: source! }
}

const good = expect.objectContaining({ kind: 'allow' })
const notGood = expect.objectContaining({ kind: 'fault', reason: 'the API key is not good' })

describe.each(apps)('in $framework', ({ serve }) => {
  let server: TestServer
  let keys: ApiKeys
  const issuer = testIssuer()
  beforeEach(async () => {
    keys = apiKeys({ store: memoryApiKeys() })
    const tokens = bearer({
      issuer: issuer.issuer,
      audience: issuer.audience,
      algorithms: ['ES256'],
      keys: issuer.jwks,
    })
    server = await serve(authenticate([tokens, apiKey(keys)]))
  })
  afterEach(() => server.close())

  test('a key lets in, in either header, beside tokens', async () => {
    const { key } = await keys.issue({ subject: 'shop' })
    for (const headers of [
      { authorization: `Bearer ${key}` },
      { authorization: `bearer  ${key}` },
      { 'x-api-key': key },
    ])
      expect((await server.call('/', { headers })).json()).toEqual({ subject: 'shop', slot: 'shop' })
    const token = await server.call('/', { headers: { authorization: `Bearer ${issuer.token()}` } })
    expect(token.json().subject).toBe('user-1')
  })

  test('without credentials both ways are offered', async () => {
    const response = await server.call('/')
    expect(response.status).toBe(401)
    expect(response.rawHeaders.filter((_, index, all) => /^www-authenticate$/i.test(all[index - 1] ?? ''))).toEqual([
      'Bearer realm="api"',
      'ApiKey realm="api", header="X-API-Key"',
    ])
  })

  test('unknown, mistyped, expired, revoked and foreign keys get the same answer', async () => {
    const [unknown, revoked, expired, foreign] = await Promise.all([
      apiKeys({ store: memoryApiKeys() }).issue({ subject: 'a' }),
      keys.issue({ subject: 'a' }),
      keys.issue({ subject: 'a', expiresAt: Date.now() - 1 }),
      apiKeys({ store: memoryApiKeys(), environment: 'test' }).issue({ subject: 'a' }),
    ])
    await keys.revoke(revoked.record.id)
    const typo = unknown.key.slice(0, -1) + (unknown.key.endsWith('a') ? 'b' : 'a')
    const answers = await Promise.all(
      [unknown.key, revoked.key, expired.key, foreign.key, typo, 'sk_live_', 'x', ''].map(async (key) => {
        const { status, headers, text } = await server.call('/', { headers: { 'x-api-key': key } })
        return { status, challenge: headers['www-authenticate'], text: text.replace(/"requestId":"[^"]*"/, '') }
      }),
    )
    expect(answers[0]).toMatchObject({
      status: 401,
      challenge: 'ApiKey realm="api", header="X-API-Key", error="invalid_token"',
    })
    for (const answer of answers) expect(answer).toEqual(answers[0])
  })

  test('two credentials are 400: a key and a token, or a key twice', async () => {
    const { key } = await keys.issue({ subject: 'shop' })
    const both = await server.call('/', { headers: { authorization: `Bearer ${issuer.token()}`, 'x-api-key': key } })
    expect(both.status).toBe(400)
    expect(both.json().code).toBe('malformed-credentials')
    const twice = await server.raw(
      `GET / HTTP/1.1\r\nHost: x\r\nX-API-Key: ${key}\r\nx-api-key: ${key}\r\nConnection: close\r\n\r\n`,
    )
    expect(twice).toMatch(/^HTTP\/1.1 400 /)
  })

  test('no event holds a key', async () => {
    const recorder = recordEvents()
    const { key } = await keys.issue({ subject: 'shop' })
    await server.call('/', { headers: { 'x-api-key': key } })
    await server.call('/', { headers: { 'x-api-key': `${key}x` } })
    recorder.stop()
    expect(JSON.stringify([recorder.events, recorder.verdicts])).not.toContain(key.slice(8))
  })
})

test('the principal is what the key was issued for', async () => {
  const { keys, verify } = setUp()
  const { key, record } = await keys.issue({
    subject: 'shop',
    name: 'nightly export',
    roles: ['viewer'],
    scopes: ['orders:read'],
    tier: 'premium',
    claims: { region: 'eu' },
    expiresAt: clock.now() + 1000,
  })
  expect(await verify(key)).toMatchObject({
    state: {
      principal: {
        kind: 'api-key',
        subject: 'shop',
        keyId: record.id,
        roles: ['viewer'],
        scopes: ['orders:read'],
        tier: 'premium',
        claims: { region: 'eu' },
        expiresAt: clock.now() + 1000,
      },
    },
  })
})

test('the store never sees a key', async () => {
  const store = memoryApiKeys()
  const seen: unknown[] = []
  const spy = new Proxy(store, {
    get:
      (target, name) =>
      (...values: unknown[]) => {
        seen.push(...values)
        return (target as never)[name as never] && (target[name as keyof ApiKeyStore] as Function).apply(target, values)
      },
  })
  const keys = apiKeys({ store: spy })
  const { key } = await keys.issue({ subject: 'shop' })
  await apiKey(keys)[0]!.verify(key, testRequest())
  expect(seen.length).toBeGreaterThan(1)
  expect(JSON.stringify(seen)).not.toContain(key.slice(8, -6))
})

test('a text that is no key costs no look-up', async () => {
  const { verify, counts } = setUp()
  expect(await verify(`sk_live_${'a'.repeat(38)}`)).toEqual(notGood)
  expect(counts.find).toBe(0)
})

test('a remembered key is answered at once, and looked up again when it may be stale', async () => {
  const { keys, verify, counts } = setUp()
  const { key } = await keys.issue({ subject: 'shop' })
  const first = await verify(key)
  expect(verify(key)).toBe(first)
  expect(counts.find).toBe(1)
  clock.advance(501)
  expect(verify(key)).toBe(first)
  expect(counts.find).toBe(2)
  clock.advance(1001)
  expect(await verify(key)).toEqual(good)
  expect(counts.find).toBe(3)
})

test('a remembered key ends with its time', async () => {
  const { keys, verify } = setUp({ staleness: '60s' })
  const { key } = await keys.issue({ subject: 'shop', expiresAt: clock.now() + 1000 })
  expect(await verify(key)).toEqual(good)
  clock.advance(999)
  expect(await verify(key)).toEqual(good)
  clock.advance(1)
  expect(await verify(key)).toEqual(notGood)
})

test('a revoked key ends here at once, elsewhere within the bound', async () => {
  const { watched } = watchedStore()
  const [here, there] = [apiKeys({ store: watched, clock }), apiKeys({ store: watched, clock })]
  const [verifyHere, verifyThere] = [here, there].map((keys) => apiKey(keys)[0]!.verify)
  const { key, record } = await here.issue({ subject: 'shop' })
  expect(await verifyHere!(key, testRequest())).toEqual(good)
  expect(await verifyThere!(key, testRequest())).toEqual(good)
  expect(await here.revoke(record.id)).toBe(true)
  expect(await here.revoke(record.id)).toBe(false)
  expect(await verifyHere!(key, testRequest())).toEqual(notGood)
  clock.advance(1001)
  expect(await verifyThere!(key, testRequest())).toEqual(notGood)
})

test('several keys are active at once; rotation overlaps, or ends the old one at once', async () => {
  const { keys, verify } = setUp()
  const first = await keys.issue({ subject: 'shop', scopes: ['a'], expiresAt: clock.now() + 1_000_000 })
  const second = await keys.issue({ subject: 'shop' })
  const third = (await keys.rotate(first.record.id, 'shop', { overlap: '60s' }))!
  for (const { key } of [first, second, third]) expect(await verify(key)).toEqual(good)
  expect(third.record).toMatchObject({ scopes: ['a'], replaces: first.record.id, expiresAt: clock.now() + 1_000_000 })
  clock.advance(60_000)
  expect(await verify(first.key)).toEqual(notGood)
  const fourth = (await keys.rotate(third.record.id, 'shop', { overlap: '0ms' }))!
  expect(await verify(third.key)).toEqual(notGood)
  expect(await verify(fourth.key)).toEqual(good)
})

test('nobody rotates the key of another, or one that has ended', async () => {
  const { keys } = setUp()
  const { record } = await keys.issue({ subject: 'shop' })
  expect(await keys.rotate(record.id, 'other')).toBeUndefined()
  await keys.revoke(record.id)
  expect(await keys.rotate(record.id, 'shop')).toBeUndefined()
})

test('times of last use are written together, not with each request', async () => {
  const { keys, verify, counts } = setUp()
  const { key } = await keys.issue({ subject: 'shop' })
  for (let count = 0; count < 100; count++) await verify(key)
  expect(counts.touch).toBe(0)
  clock.advance(60_000)
  await verify(key)
  await verify(key)
  expect(counts.touch).toBe(1)
  expect((await keys.list('shop'))[0]!.lastUsedAt).toBe(clock.now())
})

test('a time of last use that could not be written is written later', async () => {
  const { keys, verify, state } = setUp()
  const { key } = await keys.issue({ subject: 'shop' })
  await verify(key)
  const usedAt = clock.now()
  state.fail = new Error('gone')
  await expect(keys.flush()).rejects.toMatchObject({ code: 'ERR_DEPENDENCY_UNAVAILABLE' })
  delete state.fail
  await keys.flush()
  expect((await keys.list('shop'))[0]!.lastUsedAt).toBe(usedAt)
})

test('a store that fails is 503; a remembered key goes on until it is stale', async () => {
  const { keys, verify, state } = setUp()
  const { key } = await keys.issue({ subject: 'shop' })
  await verify(key)
  state.fail = new Error('gone')
  clock.advance(900)
  expect(verify(key)).toEqual(good)
  clock.advance(200)
  await expect(verify(key)).rejects.toMatchObject({ code: 'ERR_DEPENDENCY_UNAVAILABLE' })
  delete state.fail
  expect(await verify(key)).toEqual(good)
})

test('a store that hangs is 503', async () => {
  const store = { ...memoryApiKeys(), find: () => new Promise<never>(() => {}) }
  const keys = apiKeys({ store, timeout: '5ms' })
  const { key } = await keys.issue({ subject: 'shop' })
  await expect(apiKey(keys)[0]!.verify(key, testRequest())).rejects.toMatchObject({
    code: 'ERR_DEPENDENCY_UNAVAILABLE',
  })
})

test.each([
  ['no store', () => apiKeys({} as never), 'ERR_OPTION_MISSING'],
  ['a prefix with an underscore', () => apiKeys({ store: memoryApiKeys(), prefix: 'a_b' }), 'ERR_OPTION_INVALID'],
  ['an unknown option', () => apiKeys({ store: memoryApiKeys(), prefx: 'a' } as never), 'ERR_OPTION_UNKNOWN'],
  ['a ring that is none', () => apiKey({} as never), 'ERR_OPTION_INVALID'],
  ['a header that is none', () => apiKey(apiKeys({ store: memoryApiKeys() }), { header: 'a b' }), 'ERR_OPTION_INVALID'],
])('%s is refused at construction', (_, make, code) => {
  expect(make).toThrow(expect.objectContaining({ code }))
})

test('a grant without a subject is refused', async () => {
  await expect(apiKeys({ store: memoryApiKeys() }).issue({ subject: '' })).rejects.toMatchObject({
    code: 'ERR_OPTION_INVALID',
  })
})
