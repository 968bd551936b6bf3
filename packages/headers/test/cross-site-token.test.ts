import { keyRing } from '@ashlar/core/keys'
import { fakeClock, testRequest } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'

import { crossSiteToken, sameOrigin } from '../src/index.ts'
import { APPS, serveExpress, serveKoa, withPages } from './apps.ts'
import { refusalOf, type Wrong } from './refusal.ts'

const key = (id: string) => ({ id, secret: `the secret ${id}, which is long enough to be one` })
const guardWith = (more: Wrong = {}) => sameOrigin({ token: { keyRing: [key('a')], sessionCookie: 'sid', ...more } })
const pages = { '/form': (raw: Parameters<typeof crossSiteToken.of>[0]) => crossSiteToken.of(raw) }

describe.each(APPS)('in $name', ({ serve }) => {
  test('a signed token serves browsers that send neither Sec-Fetch-Site nor Origin', async () => {
    await withPages(serve, { guards: [guardWith()], pages }, async (server) => {
      const page = await server.call('/form', { headers: { cookie: 'sid=alice' } })
      const [cookie] = page.headers['set-cookie'] ?? []
      expect(cookie).toMatch(/^__Host-cross-site-token=[\w-]{24}; Path=\/; HttpOnly; Secure; SameSite=Strict$/)
      const held = cookie!.split(';')[0]!
      const sent = { cookie: `sid=alice; ${held}`, 'x-csrf-token': page.text }
      const post = async (headers: Record<string, string>) =>
        (await server.call('/form', { method: 'POST', headers })).status
      expect(await post(sent)).toBe(200)
      // A page that will not say where it comes from, and a proxy that has changed the host: the token settles it.
      expect(await post({ ...sent, origin: 'null' })).toBe(200)
      expect(await post({ ...sent, origin: 'https://app.example.com' })).toBe(200)
      const forged = page.text.replace(/.{8}$/, (end) => (/^A/.test(end) ? 'BBBBBBBB' : 'AAAAAAAA'))
      const wrong: readonly Record<string, string>[] = [
        { cookie: sent.cookie },
        { cookie: sent.cookie, origin: 'null' },
        { cookie: sent.cookie, origin: 'https://app.example.com' },
        { ...sent, cookie: 'sid=alice' },
        { ...sent, cookie: `sid=bob; ${held}` },
        { ...sent, cookie: `sid=alice; ${held}; ${held}` },
        { ...sent, cookie: `sid=alice; sid=alice; ${held}` },
        { ...sent, 'x-csrf-token': forged },
        { ...sent, 'x-csrf-token': page.text.replace('.a.', '.b.') },
        { ...sent, 'x-csrf-token': held.split('=')[1]! },
        { ...sent, 'x-csrf-token': '' },
        { ...sent, 'sec-fetch-site': 'cross-site' },
      ]
      for (const headers of wrong) expect([headers, await post(headers)]).toEqual([headers, 403])
      const again = await server.call('/form', { headers: { cookie: sent.cookie } })
      expect(again.text).toBe(page.text)
      expect(again.headers).not.toHaveProperty('set-cookie')
    })
  })
})

test('a token may come in a form field, and the guard then reads the body', async () => {
  expect(guardWith().reads).toBe('head')
  const guard = guardWith({ field: 'token' })
  expect(guard.reads).toBe('body')
  await withPages(serveExpress, { guards: [guardWith()], pages }, async (server) => {
    const page = await server.call('/form')
    const cookie = page.headers['set-cookie']![0]!.split(';')[0]!
    const verdictOf = (body: unknown) => guard.check(testRequest({ method: 'POST', headers: { cookie }, body }), {})
    expect(verdictOf({ token: page.text })).toMatchObject({ kind: 'allow' })
    for (const body of [{}, { token: [page.text] }, null, page.text, Object.create({ token: page.text })]) {
      expect(verdictOf(body)).toMatchObject({ kind: 'deny' })
    }
  })
})

test('a token of an older key is good for as long as the key is, one of no key is not', async () => {
  const clock = fakeClock()
  const issuing = { keyRing: [key('old')] }
  let headers: Record<string, string> = {}
  await withPages(serveKoa, { guards: [guardWith(issuing)], pages }, async (server) => {
    const before = await server.call('/form')
    headers = { cookie: before.headers['set-cookie']![0]!.split(';')[0]!, 'x-csrf-token': before.text }
  })
  const kindOf = (ring: Wrong) => guardWith({ keyRing: ring }).check(testRequest({ method: 'POST', headers }), {})
  const rotated = keyRing([key('new'), { ...key('old'), until: clock.now() + 1000 }], { clock })
  expect(kindOf(rotated)).toMatchObject({ kind: 'allow' })
  clock.advance(1000)
  expect(kindOf(rotated)).toMatchObject({ kind: 'deny' })
  expect(kindOf([key('new')])).toMatchObject({ kind: 'deny' })
})

describe('refused at construction', () => {
  const wrong: readonly [name: string, options: Wrong, expected: RegExp][] = [
    ['no keys', { keyRing: undefined }, /^ERR_OPTION_MISSING .*"token\.keyRing"/],
    ['an empty ring', { keyRing: [] }, /^ERR_OPTION_INVALID .*keyRing/],
    ['a secret instead of a ring', { keyRing: 'a secret that is long enough to be one' }, /^ERR_OPTION_INVALID/],
    ['a short secret', { keyRing: [{ id: 'a', secret: 'short' }] }, /^ERR_OPTION_UNSAFE/],
    ['a short one among secrets', { keyRing: [key('a'), { id: 'b', secret: 'short' }] }, /^ERR_OPTION_UNSAFE/],
    ['no session', { sessionCookie: undefined }, /^ERR_OPTION_MISSING .*"token\.sessionCookie"/],
    ['a cookie that could not be', { cookie: 'a b' }, /^ERR_OPTION_INVALID .*"token\.cookie"/],
    ["the session's own cookie", { cookie: 'sid' }, /^ERR_OPTION_INVALID .*"sessionCookie"/],
    ['a header that could not be', { header: 'x:y' }, /^ERR_OPTION_INVALID .*"token\.header"/],
    ['a field without a name', { field: '' }, /^ERR_OPTION_INVALID .*"token\.field"/],
    ['the older name', { secret: 'x' }, /^ERR_OPTION_UNKNOWN .*keyRing/],
  ]
  test.each(wrong)('%s', (_, options, expected) => {
    expect(refusalOf(() => guardWith(options))).toMatch(expected)
  })
})
