import { recordEvents } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'

import { cors } from '../src/index.ts'
import { APPS, serveExpress, withPages } from './apps.ts'
import { refusalOf, type Wrong } from './refusal.ts'

const APP = 'https://app.example.com'
const pages = { '/': () => 'ok' }
const from = (origin: string, more = {}) => ({ headers: { origin, ...more } })
const asking = (method: string, more = {}, origin = APP) => ({
  method: 'OPTIONS',
  ...from(origin, { 'access-control-request-method': method, ...more }),
})

describe.each(APPS)('in $name', ({ serve }) => {
  test('lets allowed origins read, and answers only real preflights', async () => {
    const guard = cors({ origins: [APP], credentials: true, headers: ['X-Thing'], maxAge: '60s' })
    await withPages(serve, { guards: [guard], pages }, async (server) => {
      const read = await server.call('/', from(APP))
      expect([
        read.status,
        read.headers['access-control-allow-origin'],
        read.headers['access-control-allow-credentials'],
      ]).toEqual([200, APP, 'true'])
      expect(read.headers.vary).toBe('Origin')
      const foreign = await server.call('/', from('https://evil.test'))
      expect(foreign.headers).not.toHaveProperty('access-control-allow-origin')
      expect(foreign.headers.vary).toBe('Origin')
      expect((await server.call('/')).headers.vary).toBe('Origin')

      const granted = await server.call('/', asking('DELETE', { 'access-control-request-headers': 'x-thing' }))
      expect([granted.status, granted.text]).toEqual([204, ''])
      expect(granted.headers).toMatchObject({
        'access-control-allow-origin': APP,
        'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
        'access-control-allow-headers': 'X-Thing',
        'access-control-max-age': '60',
        vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
      })
      const refused = await server.call('/', asking('DELETE', {}, 'https://evil.test'))
      expect([refused.status, refused.json().code]).toEqual([403, 'cross-origin-refused'])
      expect(Object.keys(refused.headers).filter((field) => field.startsWith('access-control'))).toEqual([])
      expect(refused.headers.vary).toContain('Origin')
      const options = await server.call('/', { method: 'OPTIONS', ...from(APP) })
      expect([options.status, options.text]).toEqual([200, 'ok'])
    })
  })

  test('stays on answers to errors', async () => {
    const options = { guards: [cors({ origins: [APP] })], errorBoundary: false }
    await withPages(serve, options, async (server) => {
      for (const target of ['/missing', '/throws']) {
        const { headers } = await server.call(target, from(APP))
        expect(headers).toMatchObject({ 'access-control-allow-origin': APP, vary: 'Origin' })
      }
    })
  })
})

test('an allowed origin that asks for too much is told what it may, so that the browser names what is wrong', async () => {
  const guard = cors({
    origins: [APP],
    credentials: true,
    methods: ['PUT'],
    headers: ['X-Thing'],
    privateNetwork: false,
  })
  await withPages(serveExpress, { guards: [guard], pages }, async (server) => {
    const recorder = recordEvents()
    try {
      const cases: readonly [call: ReturnType<typeof asking>, reason: RegExp][] = [
        [asking('DELETE'), /a method/],
        [asking('put'), /a method/],
        [asking('PUT', { 'access-control-request-headers': 'x-thing, x-other' }), /a header/],
        [asking('PUT', { 'access-control-request-private-network': 'true' }), /a private network/],
      ]
      for (const [call] of cases) {
        const answer = await server.call('/', call)
        expect(answer.status).toBe(204)
        expect(answer.headers).toMatchObject({
          'access-control-allow-origin': APP,
          'access-control-allow-credentials': 'true',
          'access-control-allow-methods': 'GET, HEAD, POST, PUT',
          'access-control-allow-headers': 'X-Thing',
        })
        expect(answer.headers).not.toHaveProperty('access-control-allow-private-network')
        expect(answer.headers).not.toHaveProperty('access-control-max-age')
      }
      for (const [index, [, reason]] of cases.entries()) {
        expect(recorder.verdicts[index]!.decision).toMatchObject({
          outcome: 'respond',
          reason: expect.stringMatching(reason),
        })
      }
      expect(recorder.events.filter(({ name }) => name === 'malicious_cors')).toEqual([])
    } finally {
      recorder.stop()
    }
  })
})

test('methods that need no entry are granted without one, and so is the header of the token', async () => {
  await withPages(serveExpress, { guards: [cors({ origins: [APP], methods: [] })], pages }, async (server) => {
    const granted = async (method: string) =>
      (await server.call('/', asking(method, { 'access-control-request-headers': 'x-csrf-token' }))).headers[
        'access-control-max-age'
      ] === '600'
    expect([await granted('GET'), await granted('POST'), await granted('PUT')]).toEqual([true, true, false])
  })
})

test('everybody may read what is for everybody', async () => {
  const guard = cors({ origins: '*', exposedHeaders: ['X-Total'], privateNetwork: true })
  await withPages(serveExpress, { guards: [guard], pages }, async (server) => {
    const { headers } = await server.call('/', from('https://anybody.test'))
    expect(headers).toMatchObject({ 'access-control-allow-origin': '*', 'access-control-expose-headers': 'X-Total' })
    const preflight = await server.call('/', asking('PUT', { 'access-control-request-private-network': 'true' }))
    expect(preflight.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-private-network': 'true',
    })
  })
})

describe('refused at construction', () => {
  const withMore = (more: Wrong) => () => cors({ origins: [APP], ...more })
  const wrong: readonly [name: string, make: () => unknown, expected: RegExp][] = [
    ['nothing', () => cors(undefined as Wrong), /^ERR_OPTION_MISSING .*"origins"/],
    ['no origins', () => cors({} as Wrong), /^ERR_OPTION_MISSING .*"origins"/],
    ['everybody with credentials', () => cors({ origins: '*', credentials: true }), /^ERR_OPTION_UNSAFE/],
    ['a boolean that reflects', withMore({ origins: true }), /^ERR_OPTION_INVALID .*"origins"/],
    ['an unknown option', withMore({ credential: true }), /^ERR_OPTION_UNKNOWN .*"credentials"/],
    ['the words of the package cors', withMore({ allowedHeaders: [] }), /^ERR_OPTION_UNKNOWN .*headers: \[/],
    ['a word for a flag', withMore({ credentials: 'include' }), /^ERR_OPTION_INVALID .*"credentials"/],
    ['a star among the headers', withMore({ headers: ['*'] }), /^ERR_OPTION_UNSAFE/],
    ['a star among the methods', withMore({ methods: ['*'] }), /^ERR_OPTION_UNSAFE/],
    ['a method in lower case', withMore({ methods: ['patch'] }), /^ERR_OPTION_INVALID .*"PATCH"/],
    ['a method that no page can use', withMore({ methods: ['CONNECT'] }), /^ERR_OPTION_INVALID .*"CONNECT"/],
    ['methods in a text', withMore({ methods: 'GET,PUT' }), /^ERR_OPTION_INVALID .*\[…\]/],
    ['a header that no page can set', withMore({ headers: ['Sec-Fetch-Site'] }), /^ERR_OPTION_INVALID/],
    ['cookies as a header', withMore({ headers: ['Cookie'] }), /^ERR_OPTION_INVALID/],
    ['a header that no script can read', withMore({ exposedHeaders: ['Set-Cookie'] }), /^ERR_OPTION_INVALID/],
    ['a header with a line break', withMore({ exposedHeaders: ['a\r\nb'] }), /^ERR_OPTION_INVALID/],
    ['an age without a unit', withMore({ maxAge: 600 }), /^ERR_OPTION_INVALID .*'600s'/],
    ['an age that is no duration', withMore({ maxAge: Number.NaN }), /^ERR_OPTION_INVALID/],
    ['an age of less than a second', withMore({ maxAge: '1500ms' }), /^ERR_OPTION_INVALID .*whole seconds/],
    ['an age that no browser heeds', withMore({ maxAge: '2d' }), /^ERR_OPTION_INVALID/],
  ]
  test.each(wrong)('%s', (_, make, expected) => {
    expect(refusalOf(make)).toMatch(expected)
  })
})
