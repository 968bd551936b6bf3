import { fakeClock, testRequest } from '@ashlar/testkit'
import { beforeEach, describe, expect, test } from '@jest/globals'

import { authenticate, memorySessions, type SessionStore, sessionCookie, sessions } from '../../src/index.ts'
import { apps } from '../support/apps.ts'

const clock = fakeClock()
beforeEach(() => clock.set(Date.UTC(2026, 0, 1)))

const keyRing = [{ id: 'now', secret: 'the current secret, of 32 bytes and more' }]
const unavailable = expect.objectContaining({ code: 'ERR_DEPENDENCY_UNAVAILABLE' })
const pair = (setCookie: string) => setCookie.split(';', 1)[0]!
const cookieValue = (setCookie: string) => pair(setCookie).slice('__Host-session='.length)

describe.each([
  ['in cookies alone', {}, { store: memorySessions() }],
  ['on the server', { store: memorySessions() }, {}],
])('a cookie of sessions %s', (_, own, other) => {
  test.each(apps)('is nobody’s to sessions of the other kind, and no error ($framework)', async ({ serve }) => {
    const cookie = pair(await sessions({ keyRing, ...own }).login({ subject: 'ada' }))
    const server = await serve(authenticate([sessionCookie(sessions({ keyRing, ...other }))], { optional: true }))
    const response = await server.call('/', { headers: { cookie } })
    expect([response.status, response.json().code]).toEqual([401, 'invalid-credentials'])
    await server.close()
  })
})

/** A store that answers without a promise. */
function plainStore(more: object = {}): SessionStore {
  const found = new Map<string, never>()
  return {
    insert: (hash, record) => void found.set(hash, record as never),
    find: (hash) => found.get(hash),
    touch: () => undefined,
    remove: (hash) => void found.delete(hash),
    removeSubject: () => undefined,
    ...more,
  }
}

test('a store may answer without a promise', async () => {
  const keeper = sessions({ keyRing, store: plainStore(), clock })
  const first = await keeper.login({ subject: 'ada' })
  expect(await keeper.verify(cookieValue(first))).toMatchObject({ kind: 'allow' })
  await keeper.logoutEverywhere('ada')
  await keeper.logout(pair(first))
  expect(await keeper.verify(cookieValue(first))).toBeUndefined()
})

test.each(['insert', 'find', 'remove', 'removeSubject'])(
  'a store whose %s throws at once is unavailable',
  async (name) => {
    const cause = new Error('gone')
    const broken = plainStore({
      [name]: () => {
        throw cause
      },
    })
    const cookie = await sessions({ keyRing, store: plainStore(), clock }).login({ subject: 'ada' })
    const keeper = sessions({ keyRing, store: broken, clock })
    const record = { id: 'ses_1', subject: 'ada', roles: [], scopes: [] }
    const times = { authenticatedAt: clock.now(), expiresAt: clock.now() + 1000, seenAt: clock.now() }
    const withSession = sessions({ keyRing, store: { ...broken, find: () => ({ ...record, ...times }) }, clock })
    const doing = {
      insert: () => keeper.login({ subject: 'ada' }),
      find: () => keeper.verify(cookieValue(cookie)),
      remove: () => withSession.logout(pair(cookie)),
      removeSubject: () => keeper.logoutEverywhere('ada'),
    }[name]!
    await expect(doing()).rejects.toMatchObject({ code: 'ERR_DEPENDENCY_UNAVAILABLE', cause })
  },
)

test.each([
  ['roles as a text', { roles: 'admin' }],
  ['NULL for an end', { expiresAt: null }],
  ['a bigint as a text', { seenAt: '1800000000000' }],
  ['methods that are none', { amr: [1] }],
  ['no record', 'x'],
])('a store that gives back %s lets nobody in', async (_, more) => {
  const store = plainStore()
  const find = async (hash: string) => (typeof more === 'string' ? more : { ...(await store.find(hash)), ...more })
  const keeper = sessions({ keyRing, store: { ...store, find: find as never }, clock })
  await expect(keeper.verify(cookieValue(await keeper.login({ subject: 'ada' })))).rejects.toEqual(unavailable)
})

test.each([
  ['a role in place of a list', { subject: 'ada', roles: 'admin' }],
  ['a time in seconds', { subject: 'ada', authenticatedAt: 1_700_000_000 }],
  ['methods in place of a list', { subject: 'ada', amr: 'pwd' }],
  ['no subject', {}],
  ['nothing', undefined],
  ['a name that is not known', { subject: 'ada', role: ['admin'] }],
])('a login with %s is refused', async (_, login) => {
  await expect(sessions({ keyRing }).login(login as never)).rejects.toMatchObject({ name: 'ConfigurationError' })
})

test('what would end no session is refused', async () => {
  const keeper = sessions({ keyRing, store: memorySessions() })
  for (const wrong of [
    () => keeper.logoutEverywhere(undefined as never),
    () => keeper.logoutEverywhere({ subject: 'ada' } as never),
    () => keeper.logout({ headers: {} } as never),
    () => keeper.login({ subject: 'ada' }, { headers: {} } as never),
  ]) {
    await expect(wrong()).rejects.toMatchObject({ name: 'ConfigurationError' })
  }
})

test('whatever keeps sessions can be given, such as what another copy of the package has made', async () => {
  const keeper = sessions({ keyRing, clock })
  const value = cookieValue(await keeper.login({ subject: 'ada' }))
  const copy = { cookieName: keeper.cookieName, verify: (text: string) => keeper.verify(text) }
  expect(await sessionCookie(copy as never).verify(value, testRequest())).toMatchObject({ kind: 'allow' })
  for (const wrong of [undefined, {}, { verify: () => undefined }, sessions]) {
    expect(() => sessionCookie(wrong as never)).toThrow(expect.objectContaining({ name: 'ConfigurationError' }))
  }
})

test('a key of the ring opens nothing once its time is over', async () => {
  const old = { id: 'old', secret: 'an older secret, also of 32 bytes and more' }
  const value = cookieValue(
    await sessions({ keyRing: [old], clock, absolute: '1d', idle: '1d' }).login({ subject: 'ada' }),
  )
  const keeper = sessions({ keyRing: [...keyRing, { ...old, until: clock.now() + 1000 }], clock, idle: '1d' })
  expect(await keeper.verify(value)).toMatchObject({ kind: 'allow' })
  clock.advance(1000)
  expect(await keeper.verify(value)).toBeUndefined()
})
