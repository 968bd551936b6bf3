import { recordEvents, testRequest } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'

import { sameOrigin } from '../src/index.ts'
import { serveExpress, withPages } from './apps.ts'
import { refusalOf, type Wrong } from './refusal.ts'

type Sent = Readonly<Record<string, string>> | readonly (readonly [string, string])[]
const COOKIE = { cookie: 'session=valid' }
const host = 'app.example.com'

const sites: readonly [name: string, sent: Sent, passes: boolean, secure?: boolean][] = [
  // Sec-Fetch-Site has the first word.
  ['same-origin', { 'sec-fetch-site': 'same-origin' }, true],
  ['typed into the address bar', { 'sec-fetch-site': 'none' }, true],
  ['same-site', { 'sec-fetch-site': 'same-site' }, false],
  ['cross-site', { 'sec-fetch-site': 'cross-site' }, false],
  ['in capitals', { 'sec-fetch-site': 'SAME-ORIGIN' }, false],
  ['an unknown word', { 'sec-fetch-site': 'same-host' }, false],
  ['an empty word', { 'sec-fetch-site': '' }, false],
  ['with a parameter', { 'sec-fetch-site': 'same-origin;x' }, false],
  ['quoted', { 'sec-fetch-site': '"same-origin"' }, false],
  [
    'twice, differing',
    [
      ['sec-fetch-site', 'same-origin'],
      ['sec-fetch-site', 'cross-site'],
    ],
    false,
  ],
  [
    'twice, alike',
    [
      ['sec-fetch-site', 'same-origin'],
      ['sec-fetch-site', 'same-origin'],
    ],
    false,
  ],
  ['same-origin with a null origin, by a referrer policy', { 'sec-fetch-site': 'same-origin', origin: 'null' }, true],
  ['cross-site with our own origin', { 'sec-fetch-site': 'cross-site', origin: 'https://app.example.com' }, false],
  [
    'cross-site from an origin that is allowed',
    { 'sec-fetch-site': 'cross-site', origin: 'https://partner.test' },
    true,
  ],
  // Then Origin against Host.
  ['our origin', { origin: 'https://app.example.com' }, true, true],
  ['our origin behind a proxy that nobody declared', { origin: 'https://app.example.com' }, true],
  ['our origin over plain HTTP', { origin: 'http://app.example.com' }, true],
  ['a page of plain HTTP to TLS', { origin: 'http://app.example.com' }, false, true],
  ['null', { origin: 'null' }, false],
  ['empty', { origin: '' }, false],
  ['another host', { origin: 'https://evil.test' }, false],
  ['a subdomain', { origin: 'https://x.app.example.com' }, false],
  ['the parent', { origin: 'https://example.com' }, false],
  ['a suffix', { origin: 'https://app.example.com.evil.test' }, false],
  ['a prefix', { origin: 'https://evilapp.example.com' }, false],
  ['a trailing dot', { origin: 'https://app.example.com.' }, false],
  ['user information', { origin: 'https://app.example.com@evil.test' }, false],
  ['another port', { origin: 'https://app.example.com:8443' }, false],
  ['capitals in the origin', { origin: 'https://APP.example.com' }, false],
  [
    'several',
    [
      ['origin', 'https://app.example.com'],
      ['origin', 'https://evil.test'],
    ],
    false,
  ],
  [
    'capitals in the host',
    [
      ['host', 'APP.EXAMPLE.COM'],
      ['origin', 'https://app.example.com'],
    ],
    true,
  ],
  [
    'a port in the host that goes without saying',
    [
      ['host', 'app.example.com:443'],
      ['origin', 'https://app.example.com'],
    ],
    true,
  ],
  [
    'two hosts',
    [
      ['host', 'evil.test'],
      ['host', 'app.example.com'],
      ['origin', 'https://evil.test'],
    ],
    false,
  ],
  [
    'no host',
    [
      ['host', ''],
      ['origin', 'https://'],
    ],
    false,
  ],
  // And what sends neither.
  ['nothing but a cookie', COOKIE, false],
  ['nothing at all', {}, true],
  ['a bearer token', { authorization: 'Bearer x' }, true],
  ['a password of the browser', { authorization: 'Basic eDp5' }, false],
  ['a Kerberos ticket of the browser', { authorization: 'Negotiate x' }, false],
  ['a bearer token and a cookie', { authorization: 'Bearer x', ...COOKIE }, false],
  ['an upgrade of another site', { upgrade: 'websocket', 'sec-fetch-site': 'cross-site' }, false],
]

describe('sameOrigin()', () => {
  const guard = sameOrigin({ origins: ['https://partner.test'] })
  const kind = (sent: Sent, method: string, secure = false): string => {
    const pairs = (Array.isArray(sent) ? sent : Object.entries(sent)) as readonly (readonly [string, string])[]
    const hosts = pairs.some(([name]) => name === 'host') ? [] : [['host', host] as const]
    const verdict = guard.check(testRequest({ method, secure, headers: [...hosts, ...pairs] }), {})
    return (verdict as Awaited<typeof verdict>).kind
  }

  test.each(sites)('%s', (...row) => {
    const [, sent, passes, secure] = row
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND']) {
      expect(kind(sent, method, secure)).toBe(passes ? 'allow' : 'deny')
    }
    const upgrade = Object.hasOwn(sent, 'upgrade')
    for (const method of ['GET', 'HEAD', 'OPTIONS']) {
      expect(kind(sent, method, secure)).toBe(upgrade ? 'deny' : 'allow')
    }
  })
})

test.each(['h2c', 'H2C', ' h2c '])('a client that offers HTTP/2 opens no socket: %j', (upgrade) => {
  const headers = { upgrade, 'sec-fetch-site': 'cross-site' }
  expect(sameOrigin().check(testRequest({ headers }), {})).toMatchObject({ kind: 'allow' })
})

test.each(['websocket', 'h2c, websocket', 'h2c websocket', ''])('what may open a socket is judged: %j', (upgrade) => {
  const headers = { upgrade, 'sec-fetch-site': 'cross-site' }
  expect(sameOrigin().check(testRequest({ headers }), {})).toMatchObject({ kind: 'deny' })
})

test('an exemption lets its route through, and says why', async () => {
  const exempt = [{ path: '/hooks/*', reason: 'The sender signs its requests' }]
  const pages = { '/hooks/pay': () => 'ok', '/pay': () => 'ok' }
  await withPages(serveExpress, { guards: [sameOrigin({ exempt })], pages }, async (server) => {
    const recorder = recordEvents()
    try {
      const post = async (target: string) =>
        (await server.call(target, { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } })).status
      expect(await post('/hooks/pay')).toBe(200)
      const [{ decision } = {}] = recorder.verdicts
      expect(decision).toMatchObject({ outcome: 'allow', reason: 'The sender signs its requests' })
      expect(await post('/pay')).toBe(403)
      expect(await post('/Hooks/pay')).toBe(403)
      expect(await post('/hooks/../pay')).toBe(400)
    } finally {
      recorder.stop()
    }
  })
})

describe('refused at construction', () => {
  const wrong: readonly [name: string, options: Wrong, expected: RegExp][] = [
    ['no object', 'https://a.example', /^ERR_OPTION_INVALID/],
    ['an unknown option', { origin: [] }, /^ERR_OPTION_UNKNOWN .*"origins"/],
    ['a word for a flag', { sameSite: 'lax' }, /^ERR_OPTION_INVALID .*"sameSite"/],
    ['everybody', { origins: '*' }, /^ERR_OPTION_INVALID .*"origins"/],
    ['an exemption without a reason', { exempt: [{ path: '/hooks', reason: ' ' }] }, /^ERR_OPTION_INVALID .*reason/],
    ['an exemption that says no reason', { exempt: [{ path: '/hooks' }] }, /^ERR_OPTION_MISSING .*reason/],
    [
      'an exemption that could not match',
      { exempt: [{ path: 'hooks', reason: 'x' }] },
      /^ERR_OPTION_INVALID .*"hooks"/,
    ],
    ['an exemption that is a path', { exempt: ['/hooks'] }, /^ERR_OPTION_INVALID .*"exempt\[0\]"/],
    ['no exemption at all', { exempt: [] }, /^ERR_OPTION_INVALID .*"exempt"/],
  ]
  test.each(wrong)('%s', (_, options, expected) => {
    expect(refusalOf(() => sameOrigin(options))).toMatch(expected)
  })
})
