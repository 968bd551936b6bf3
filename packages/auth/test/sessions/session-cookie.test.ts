import { fakeClock, type TestServer, testIssuer } from '@ashlar/testkit'
import { beforeEach, describe, expect, test } from '@jest/globals'

import { authenticate, bearer, memorySessions, type SessionStore, sessionCookie, sessions } from '../../src/index.ts'
import { apps } from '../support/apps.ts'

const clock = fakeClock()
beforeEach(() => clock.set(Date.UTC(2026, 0, 1)))

const KEY = { id: 'now', secret: 'the current secret, of 32 bytes and more' }
const OLD = { id: 'old', secret: 'an older secret, also of 32 bytes and more' }
const make = (more: object = {}) => sessions({ keyRing: [KEY], clock, ...more })
/** `__Host-session=…`, as a browser sends it back. */
const pair = (setCookie: string) => setCookie.split(';', 1)[0]!
const issuer = testIssuer({ clock })

describe.each(apps)('$framework', ({ serve }) => {
  describe.each([
    ['in the cookie', () => ({})],
    ['on the server', () => ({ store: memorySessions({ clock }) })],
  ])('sessions %s', (_, where) => {
    async function setUp(more: object = {}) {
      const keeper = make({ ...where(), ...more })
      const tokens = bearer({
        issuer: issuer.issuer,
        audience: issuer.audience,
        algorithms: ['ES256'],
        keys: issuer.jwks,
        clock,
      })
      const server = await serve(authenticate([tokens, sessionCookie(keeper)]))
      const call = (cookie: string, headers: object = {}) => server.call('/', { headers: { cookie, ...headers } })
      return { keeper, server, call }
    }

    test('login sets a cookie that lets in', async () => {
      const { keeper, server, call } = await setUp()
      const subject = 'ada, whose name is too long to be in a random text by chance'
      const setCookie = await keeper.login({ subject, roles: ['viewer'] })
      expect(setCookie).toMatch(
        /^__Host-session=now\.[\w-]+; Path=\/; Max-Age=1800; HttpOnly; Secure; SameSite=Strict$/,
      )
      for (const shift of ['', ' ', '  ']) {
        // Wherever it stands among the bytes, these letters of it would be the same.
        const encoded = Buffer.from(`${shift}${subject}`).toString('base64url')
        expect(setCookie).not.toContain(encoded.slice(8, -8))
      }
      const response = await call(`a=b; ${pair(setCookie)}; c=d`)
      expect(response.json()).toEqual({ subject, slot: subject })
      expect(response.headers['set-cookie']).toBeUndefined()
      await server.close()
    })

    test('no cookie is 401 with what is accepted, a bad one is refused', async () => {
      const { keeper, server, call } = await setUp()
      const good = pair(await keeper.login({ subject: 'ada' }))
      expect((await server.call('/')).status).toBe(401)
      const value = good.slice('__Host-session='.length)
      const flipped = value.slice(0, 20) + (value[20] === 'A' ? 'B' : 'A') + value.slice(21)
      for (const bad of [
        '',
        'x',
        flipped,
        value.slice(0, -4),
        `${value}AAAA`,
        `${value}=`,
        '"',
        '%00',
        'A'.repeat(6000),
      ]) {
        const response = await call(`__Host-session=${bad}`)
        expect(response.status).toBe(401)
        expect(response.json().code).toBe('invalid-credentials')
      }
      expect((await call(`session=${value}`)).json().code).toBe('credentials-required')
      expect((await call(`__Host-sessionx=${value}`)).json().code).toBe('credentials-required')
      expect((await call(`${good}; ${good}`)).status).toBe(400)
      await server.close()
    })

    test('a header wins over a cookie, also when it is bad', async () => {
      const { keeper, server, call } = await setUp()
      const cookie = pair(await keeper.login({ subject: 'ada' }))
      const good = await call(cookie, { authorization: `Bearer ${issuer.token()}` })
      expect(good.json().subject).toBe('user-1')
      expect((await call(cookie, { authorization: 'Bearer x.y.z' })).status).toBe(401)
      await server.close()
    })

    test('a session that is not used ends; one that is used goes on, with a new cookie, until its end', async () => {
      const { keeper, server, call } = await setUp({ idle: '100s', absolute: '5m' })
      const first = pair(await keeper.login({ subject: 'ada' }))
      clock.advance(24_000)
      expect((await call(first)).headers['set-cookie']).toBeUndefined()
      clock.advance(1000)
      const renewed = await call(first)
      expect(renewed.status).toBe(200)
      let cookie = pair(renewed.headers['set-cookie']![0]!)
      for (let count = 0; count < 4; count++) {
        clock.advance(60_000)
        const response = await call(cookie)
        expect(response.status).toBe(200)
        cookie = pair(response.headers['set-cookie']![0]!)
      }
      clock.advance(35_000)
      expect((await call(cookie)).status).toBe(401)
      const idle = pair(await keeper.login({ subject: 'ada' }))
      clock.advance(100_000)
      expect((await call(idle)).status).toBe(401)
      await server.close()
    })

    test('secrets are replaced without a logout', async () => {
      const shared = where()
      const old = make({ ...shared, keyRing: [OLD] })
      const cookie = pair(await old.login({ subject: 'ada' }))
      const both = await serve(authenticate([sessionCookie(make({ ...shared, keyRing: [KEY, OLD] }))]))
      const only = await serve(authenticate([sessionCookie(make(shared))]))
      expect((await both.call('/', { headers: { cookie } })).status).toBe(200)
      expect((await only.call('/', { headers: { cookie } })).status).toBe(401)
      await Promise.all([both.close(), only.close()])
    })

    test('a cookie of another name opens nothing', async () => {
      const shared = where()
      const cookie = pair(await make({ ...shared, name: 'other' }).login({ subject: 'ada' }))
      const server: TestServer = await serve(authenticate([sessionCookie(make(shared))]))
      const moved = cookie.replace('__Host-other', '__Host-session')
      expect(moved).not.toBe(cookie)
      expect((await server.call('/', { headers: { cookie: moved } })).status).toBe(401)
      await server.close()
    })
  })

  test('on the server: logout ends it, login ends the one before, and all of a subject can be ended', async () => {
    const keeper = make({ store: memorySessions({ clock }) })
    const server = await serve(authenticate([sessionCookie(keeper)]))
    const statusOf = async (cookie: string) => (await server.call('/', { headers: { cookie } })).status
    const first = pair(await keeper.login({ subject: 'ada' }))
    const second = pair(await keeper.login({ subject: 'ada' }, `x=y; ${first}`))
    expect([await statusOf(first), await statusOf(second)]).toEqual([401, 200])
    expect(await keeper.logout(second)).toBe('__Host-session=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict')
    expect(await statusOf(second)).toBe(401)
    const [third, other] = [pair(await keeper.login({ subject: 'ada' })), pair(await keeper.login({ subject: 'bob' }))]
    await keeper.logoutEverywhere('ada')
    expect([await statusOf(third), await statusOf(other)]).toEqual([401, 200])
    await server.close()
  })

  test('a store that fails is 503', async () => {
    const broken = { ...memorySessions(), find: () => Promise.reject(new Error('gone')) } as SessionStore
    const keeper = make({ store: broken })
    const server = await serve(authenticate([sessionCookie(keeper)]))
    const cookie = pair(await keeper.login({ subject: 'ada' }))
    expect((await server.call('/', { headers: { cookie } })).status).toBe(503)
    await server.close()
  })
})

test('the store never sees what is in the cookie', async () => {
  const seen: unknown[] = []
  const store = { ...memorySessions(), insert: async (...values: unknown[]) => void seen.push(values) } as SessionStore
  const cookie = await make({ store }).login({ subject: 'ada' })
  expect(JSON.stringify(seen)).not.toContain(pair(cookie).split('=')[1])
})

test('too much for a cookie is told to who logs in', async () => {
  await expect(make().login({ subject: 'ada', claims: { much: 'x'.repeat(5000) } })).rejects.toMatchObject({
    code: 'ERR_OPTION_INVALID',
  })
  await expect(make().logoutEverywhere('ada')).rejects.toMatchObject({ code: 'ERR_OPTION_MISSING' })
})

test.each([
  ['no secret', { keyRing: [] }, 'ERR_OPTION_INVALID'],
  ['a short secret', { keyRing: [{ id: 'a', secret: 'short' }] }, 'ERR_OPTION_UNSAFE'],
  ['SameSite=None', { keyRing: [KEY], sameSite: 'None' }, 'ERR_OPTION_UNSAFE'],
  ['a name with a semicolon', { keyRing: [KEY], name: 'a;b' }, 'ERR_OPTION_INVALID'],
  ['an unknown option', { keyRing: [KEY], httpOnly: false }, 'ERR_OPTION_UNKNOWN'],
])('%s is refused at construction', (_, options, code) => {
  expect(() => sessions(options as never)).toThrow(expect.objectContaining({ code }))
})
