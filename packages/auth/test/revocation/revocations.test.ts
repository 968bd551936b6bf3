import { fakeClock, testIssuer, testRequest } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'

import {
  authenticate,
  bearer,
  memoryRevocations,
  type Revocation,
  type RevocationStore,
  revocations,
} from '../../src/index.ts'
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

describe('a command', () => {
  const wrong: readonly (readonly [string, (view: ReturnType<typeof setUp>['view']) => Promise<void>])[] = [
    ['a subject of nobody', (view) => view.revokeSubject({} as never)],
    ['nothing', (view) => view.revokeSubject(undefined as never)],
    ['a subject without an issuer', (view) => view.revokeSubject({ subject: 'u' } as never)],
    ['a time that is none', (view) => view.revokeSubject({ issuer: iss, subject: 'u', before: Number.NaN })],
    ['a time in seconds', (view) => view.revokeSubject({ issuer: iss, subject: 'u', before: 1_767_225_600 })],
    ['a date', (view) => view.revokeClient({ issuer: iss, clientId: 'c', before: '2030-01-01' as never })],
    ['an endless time', (view) => view.revokeClient({ issuer: iss, clientId: 'c', before: Infinity })],
    ['no token', (view) => view.revokeToken({ issuer: iss, tokenId: undefined } as never)],
    ['an empty token', (view) => view.revokeToken({ issuer: iss, tokenId: '' })],
    ['an end in seconds', (view) => view.revokeToken({ issuer: iss, tokenId: 't', expiresAt: 1_767_225_600 })],
    ['a number for a session', (view) => view.revokeSession({ issuer: iss, sessionId: 7 as never })],
    ['a misspelt time', (view) => view.revokeSubject({ issuer: iss, subject: 'u', befor: 1 } as never)],
  ]
  test.each(wrong)('with %s is refused, since it would end nothing', async (_, command) => {
    const { view } = setUp({ ...memoryRevocations({ clock }), add: () => expect(true).toBe(false) as never })
    await expect(command(view)).rejects.toMatchObject({ name: 'ConfigurationError' })
  })

  test('says what was meant by a number of seconds', async () => {
    await expect(setUp().view.revokeToken({ issuer: iss, tokenId: 't', expiresAt: 1_767_225_600 })).rejects.toThrow(
      'write 1767225600000',
    )
  })

  test('may end a token at the end that it has, in parts of a millisecond', async () => {
    const added: Revocation[] = []
    const { view } = setUp({ ...memoryRevocations({ clock }), add: (revocation) => void added.push(revocation) })
    await view.revokeToken({ issuer: iss, tokenId: 't', expiresAt: clock.now() + 0.5 })
    expect(Number.isInteger(added[0]!.until)).toBe(true)
  })
})

test('a token stays revoked for as long as the tolerance lets it live', async () => {
  clock.set(Date.UTC(2026, 0, 1))
  const { view } = setUp()
  const source = bearer({
    ...{ issuer: iss, audience: issuer.audience, algorithms: ['ES256'], keys: issuer.jwks, clock },
    ...{ revocations: view, clockTolerance: '5m' },
  })
  const token = issuer.token({ jti: 'late' })
  await view.revokeToken({ issuer: iss, tokenId: 'late', expiresAt: clock.now() + 300_000 })
  for (const advance of [300_000, 299_999]) {
    clock.advance(advance)
    expect(await source.verify(`Bearer ${token}`, testRequest())).toMatchObject({ reason: REVOKED })
  }
  clock.set(Date.UTC(2026, 0, 1))
})

test('an issuer whose clock is ahead, within the tolerance, has issued nothing after the revocation', async () => {
  const { view } = setUp()
  const source = bearer({
    ...{ issuer: iss, audience: issuer.audience, algorithms: ['ES256'], keys: issuer.jwks, clock },
    ...{ revocations: view, clockTolerance: '2s' },
  })
  await view.revokeSubject({ issuer: iss, subject: 'ahead' })
  const [ahead, after] = [1, 2].map((seconds) => issuer.token({ sub: 'ahead', iat: clock.now() / 1000 + seconds }))
  expect(await source.verify(`Bearer ${ahead}`, testRequest())).toMatchObject({ reason: REVOKED })
  expect(await source.verify(`Bearer ${after}`, testRequest())).toMatchObject({ kind: 'allow' })
})

test('an issuer and a subject are never taken for another pair whose texts are the same in a row', async () => {
  const view = revocations({ store: memoryRevocations({ clock }), clock })
  await view.revokeSubject({ issuer: 'https://i\na', subject: 'b' })
  await view.refresh()
  const other = { issuer: 'https://i', subject: 'a\nb', tokenId: undefined, sessionId: undefined, clientId: undefined }
  expect(view.covers({ ...other, issuedAt: undefined })).toBe(false)
  expect(view.covers({ ...other, issuer: 'https://i\na', subject: 'b', issuedAt: undefined })).toBe(true)
})

describe('a store', () => {
  const news = { revocations: [], cursor: '0' }
  test('may answer without a promise', async () => {
    const { view, verify } = setUp({ add: () => undefined, since: () => news })
    expect(await verify(issuer.token())).toBe('allowed')
    await view.revokeToken({ issuer: iss, tokenId: 'plain' })
    expect(await verify(issuer.token({ jti: 'plain' }))).toBe(REVOKED)
  })

  test.each([
    [
      'throws at once',
      () => {
        throw new Error('gone')
      },
    ],
    ['answers nothing', () => undefined],
    ['answers no list', () => ({ revocations: {}, cursor: '0' })],
    ['answers no cursor', () => ({ revocations: [] })],
    [
      'answers a kind that is not known',
      () => ({ revocations: [{ kind: 'all', issuer: 'i', id: 'x', until: 1 }], cursor: '0' }),
    ],
    [
      'answers a subject without a time',
      () => ({ revocations: [{ kind: 'subject', issuer: 'i', id: 'x', until: 1 }], cursor: '0' }),
    ],
    [
      'answers NULL for an end',
      () => ({ revocations: [{ kind: 'token', issuer: 'i', id: 'x', until: null }], cursor: '0' }),
    ],
  ])('that %s is unavailable', async (_, since) => {
    const { verify } = setUp({ add: () => undefined, since: since as never })
    await expect(verify(issuer.token())).rejects.toMatchObject({ code: 'ERR_DEPENDENCY_UNAVAILABLE' })
  })

  test('that can’t be watched is told of once, and looked at all the same', async () => {
    const told: unknown[] = []
    const gone = new Error('no connection')
    const watch = () => {
      throw gone
    }
    const store = { ...memoryRevocations({ clock }), watch }
    const { view, verify } = setUp(store, { onError: (error: unknown) => told.push(error) })
    for (let count = 0; count < 3; count++) {
      expect(await verify(issuer.token())).toBe('allowed')
      clock.advance(2000)
    }
    await view.close()
    expect(told).toEqual([gone])
  })

  test('that is lost behind the requests is told of once, and again when it is lost again', async () => {
    const told: unknown[] = []
    let lost = false
    const store = memoryRevocations({ clock })
    const since = (cursor: string | undefined) => {
      if (lost) throw new Error('gone')
      return store.since(cursor)
    }
    const { verify } = setUp({ add: store.add, since }, { onError: (error: unknown) => told.push(error) })
    for (let outage = 1; outage <= 2; outage++) {
      lost = false
      await verify(issuer.token())
      lost = true
      for (let count = 0; count < 3; count++) {
        clock.advance(count === 0 ? 600 : 100)
        await verify(issuer.token())
        await flush()
      }
      expect(told.length).toBe(outage)
      clock.advance(2000)
    }
  })

  test('is read from the beginning when the clock was set back: what had ended meanwhile has not', async () => {
    const { view, verify } = setUp()
    const at = clock.now()
    const token = issuer.token({ jti: 'back' })
    await view.revokeToken({ issuer: iss, tokenId: 'back' })
    expect(await verify(token)).toBe(REVOKED)
    clock.advance(10 * 86_400_000)
    expect(await verify(issuer.token({ jti: 'back' }))).toBe('allowed')
    clock.set(at)
    expect(await verify(token)).toBe(REVOKED)
  })

  test('that has more than may be remembered is unavailable: none of them is forgotten', async () => {
    const { view, verify } = setUp(undefined, { maxRemembered: 2 })
    for (const tokenId of ['a', 'b']) await view.revokeToken({ issuer: iss, tokenId })
    await expect(view.revokeToken({ issuer: iss, tokenId: 'c' })).rejects.toMatchObject({
      code: 'ERR_DEPENDENCY_UNAVAILABLE',
    })
    clock.advance(2000)
    await expect(verify(issuer.token())).rejects.toMatchObject({ code: 'ERR_DEPENDENCY_UNAVAILABLE' })
  })
})

test.each([
  ['no store', {}, 'ERR_OPTION_MISSING'],
  ['an unknown option', { store: memoryRevocations(), stale: 1 }, 'ERR_OPTION_UNKNOWN'],
  ['a bound of nothing', { store: memoryRevocations(), staleness: '0ms' }, 'ERR_OPTION_INVALID'],
])('%s is refused at construction', (_, options, code) => {
  expect(() => revocations(options as never)).toThrow(expect.objectContaining({ code }))
})
