import { fakeClock, testIssuer, testRequest } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'

import { authenticate, bearer, memoryRevocations, type RevocationStore, revocations } from '../../src/index.ts'
import { apps } from '../support/apps.ts'

const clock = fakeClock()
const issuer = testIssuer({ clock })
const { issuer: iss } = issuer

function setUp(store: RevocationStore = memoryRevocations({ clock }), more: object = {}) {
  const view = revocations({ store, clock, ...more })
  const source = bearer({
    issuer: iss,
    audience: issuer.audience,
    algorithms: ['ES256'],
    keys: issuer.jwks,
    clock,
    revocations: view,
  })
  const verify = async (token: string) => {
    const answer = await source.verify(`Bearer ${token}`, testRequest())
    return answer.kind === 'allow' ? 'allowed' : answer.reason
  }
  return { view, source, verify }
}

const REVOKED = 'the token has been revoked'
const flush = () => new Promise((resolve) => setImmediate(resolve))

test('a token is refused from the moment it is revoked, though it was seen before; others are not', async () => {
  const { view, verify } = setUp()
  const token = issuer.token({ jti: 'one' })
  expect(await verify(token)).toBe('allowed')
  await view.revokeToken({ issuer: iss, tokenId: 'one' })
  expect(await verify(token)).toBe(REVOKED)
  expect(await verify(token)).toBe(REVOKED)
  expect(await verify(issuer.token({ jti: 'two' }))).toBe('allowed')
  expect(await verify(issuer.token({ jti: undefined }))).toBe('allowed')
})

test('a session ends with all its tokens', async () => {
  const { view, verify } = setUp()
  await view.revokeSession({ issuer: iss, sessionId: 's1' })
  expect(await verify(issuer.token({ sid: 's1' }))).toBe(REVOKED)
  expect(await verify(issuer.token({ sid: 's2' }))).toBe('allowed')
})

test.each(['subject', 'client'] as const)('a %s loses what was issued before, and gets new ones', async (kind) => {
  const { view, verify } = setUp()
  const now = Math.floor(clock.now() / 1000)
  const claims = { sub: 'u', client_id: 'c' }
  const before = now * 1000
  await (kind === 'subject'
    ? view.revokeSubject({ issuer: iss, subject: 'u', before })
    : view.revokeClient({ issuer: iss, clientId: 'c', before }))
  expect(await verify(issuer.token({ ...claims, iat: now - 1 }))).toBe(REVOKED)
  expect(await verify(issuer.token({ ...claims, iat: undefined }))).toBe(REVOKED)
  expect(await verify(issuer.token({ ...claims, iat: now }))).toBe('allowed')
  expect(await verify(issuer.token({ sub: 'other', client_id: 'other', iat: now - 1 }))).toBe('allowed')
})

test('an earlier time does not bring back what a later one has ended', async () => {
  const { view, verify } = setUp()
  const now = clock.now()
  await view.revokeSubject({ issuer: iss, subject: 'u', before: now })
  await view.revokeSubject({ issuer: iss, subject: 'u', before: now - 60_000 })
  expect(await verify(issuer.token({ sub: 'u', iat: now / 1000 - 30 }))).toBe(REVOKED)
})

test('the id of another issuer ends nothing', async () => {
  const { view, verify } = setUp()
  await view.revokeToken({ issuer: 'https://other.example', tokenId: 'one' })
  expect(await verify(issuer.token({ jti: 'one' }))).toBe('allowed')
})

describe('the bound', () => {
  /** A store that tells nobody and answers when it is told to. */
  function quietStore() {
    const store = memoryRevocations({ clock })
    let fail: Error | undefined
    let looks = 0
    const quiet: RevocationStore = {
      add: (revocation) => store.add(revocation),
      async since(cursor) {
        looks++
        if (fail) throw fail
        return store.since(cursor)
      },
    }
    return {
      quiet,
      break: () => {
        fail = new Error('the store is gone')
      },
      mend: () => {
        fail = undefined
      },
      get looks() {
        return looks
      },
    }
  }

  test('what another process revoked is seen within it, and no decision is made on an older view', async () => {
    const { quiet } = quietStore()
    const [here, there] = [setUp(quiet), setUp(quiet)]
    const token = issuer.token({ jti: 'shared' })
    expect(await there.verify(token)).toBe('allowed')
    await here.view.revokeToken({ issuer: iss, tokenId: 'shared' })
    clock.advance(1001)
    expect(await there.verify(token)).toBe(REVOKED)
  })

  test('from half of it on the view is renewed behind the requests', async () => {
    const store = quietStore()
    const { source, verify } = setUp(store.quiet)
    const credential = `Bearer ${issuer.token()}`
    await verify(issuer.token())
    clock.advance(501)
    expect(source.verify(credential, testRequest())).not.toBeInstanceOf(Promise)
    await flush()
    expect(store.looks).toBe(2)
    clock.advance(900)
    expect(source.verify(credential, testRequest())).not.toBeInstanceOf(Promise)
  })

  test('requests that find the view too old share one look', async () => {
    const store = quietStore()
    const { verify } = setUp(store.quiet)
    await Promise.all(Array.from({ length: 20 }, () => verify(issuer.token())))
    expect(store.looks).toBe(1)
  })

  test('a store that is gone refuses with 503 when the bound is reached, not before, and heals', async () => {
    const store = quietStore()
    const { verify } = setUp(store.quiet)
    const unavailable = expect.objectContaining({ code: 'ERR_DEPENDENCY_UNAVAILABLE' })
    await verify(issuer.token())
    store.break()
    clock.advance(1000)
    expect(await verify(issuer.token())).toBe('allowed')
    await flush()
    clock.advance(1)
    await expect(verify(issuer.token())).rejects.toEqual(unavailable)
    store.mend()
    expect(await verify(issuer.token())).toBe('allowed')
  })

  test('an answer to a question of long ago is no fresh view: it is asked again', async () => {
    const store = memoryRevocations({ clock })
    const held: (() => void)[] = []
    let hold = false
    const slow: RevocationStore = {
      add: (revocation) => store.add(revocation),
      async since(cursor) {
        const answer = await store.since(cursor)
        if (hold) await new Promise<void>((resolve) => held.push(resolve))
        return answer
      },
    }
    const { verify } = setUp(slow)
    const token = issuer.token({ jti: 'meanwhile' })
    expect(await verify(token)).toBe('allowed')
    clock.advance(600)
    hold = true
    expect(await verify(token)).toBe('allowed')
    await flush()
    await store.add({ kind: 'token', issuer: iss, id: 'meanwhile', until: clock.now() + 60_000 })
    clock.advance(1001)
    const pending = verify(token)
    hold = false
    for (const release of held) release()
    expect(await pending).toBe(REVOKED)
  })

  test('revocations that have ended anyway are forgotten, the others kept', async () => {
    const { view, verify } = setUp()
    for (let count = 0; count < 1023; count++)
      await view.revokeToken({
        issuer: iss,
        tokenId: `t${count}`,
        expiresAt: clock.now() + (count === 7 ? 60_000 : 1000),
      })
    clock.advance(301_000)
    await view.revokeToken({ issuer: iss, tokenId: 'last', expiresAt: clock.now() + 60_000 })
    expect(await verify(issuer.token({ jti: 't1' }))).toBe('allowed')
    for (const jti of ['t7', 'last']) expect(await verify(issuer.token({ jti }))).toBe(REVOKED)
  })

  test('whoever closes the view hears no more of the store', async () => {
    const watching: (() => void)[] = []
    let stopped = 0
    const store: RevocationStore = {
      ...memoryRevocations({ clock }),
      watch(changed) {
        watching.push(changed)
        return () => void stopped++
      },
    }
    const { view, verify } = setUp(store)
    expect(watching.length).toBe(0)
    await verify(issuer.token())
    await Promise.all([view.close(), view[Symbol.asyncDispose]()])
    await view.close()
    expect([watching.length, stopped]).toEqual([1, 1])
    clock.advance(2000)
    expect(await verify(issuer.token())).toBe('allowed')
    expect(watching.length).toBe(1)
  })

  test('a store that hangs is one that is gone', async () => {
    const { verify } = setUp({ add: async () => {}, since: () => new Promise(() => {}) }, { timeout: '5ms' })
    await expect(verify(issuer.token())).rejects.toMatchObject({ code: 'ERR_DEPENDENCY_UNAVAILABLE' })
  })

  test('a revocation that could not be stored is told to who revoked', async () => {
    const { view } = setUp({
      add: () => Promise.reject(new Error('full')),
      since: async () => ({ revocations: [], cursor: '0' }),
    })
    await expect(view.revokeToken({ issuer: iss, tokenId: 'x' })).rejects.toMatchObject({
      code: 'ERR_DEPENDENCY_UNAVAILABLE',
    })
  })
})

test.each(apps)('a revoked token is 401 invalid_token, and announced as reuse ($framework)', async ({ serve }) => {
  const { view, source } = setUp()
  const server = await serve(authenticate([source]))
  const headers = { authorization: `Bearer ${issuer.token({ jti: 'http' })}` }
  expect((await server.call('/', { headers })).status).toBe(200)
  await view.revokeToken({ issuer: iss, tokenId: 'http' })
  const response = await server.call('/', { headers })
  expect(response.status).toBe(401)
  expect(response.headers['www-authenticate']).toBe('Bearer realm="api", error="invalid_token"')
  await server.close()
})

test.each([
  ['no store', {}, 'ERR_OPTION_MISSING'],
  ['an unknown option', { store: memoryRevocations(), stale: 1 }, 'ERR_OPTION_UNKNOWN'],
  ['a bound of nothing', { store: memoryRevocations(), staleness: '0ms' }, 'ERR_OPTION_INVALID'],
])('%s is refused at construction', (_, options, code) => {
  expect(() => revocations(options as never)).toThrow(expect.objectContaining({ code }))
})
