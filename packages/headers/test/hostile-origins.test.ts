import { testRequest } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'

import { cors, sameOrigin } from '../src/index.ts'

const ALLOWED = 'https://app.example.com'
const guards = {
  exact: cors({ origins: [ALLOWED, 'http://localhost:5173'], credentials: true }),
  wildcard: cors({ origins: ['https://*.example.com', 'https://*.example.org:8443'], credentials: true }),
  expression: cors({ origins: [/^https:\/\/pr-\d{1,6}\.example\.com$/], credentials: true }),
}

function allowed(guard: keyof typeof guards, origin: string | readonly string[]): boolean {
  const headers = [origin].flat().map((value) => ['Origin', value] as const)
  const verdict = guards[guard].check(testRequest({ headers }), {})
  if (verdict instanceof Promise) throw new Error('expected an answer at once')
  return verdict.headers?.['access-control-allow-origin'] !== undefined
}

type Case = readonly [origin: string | readonly string[], allows: readonly (keyof typeof guards)[]]

const origins: readonly Case[] = [
  // What is meant.
  ['https://app.example.com', ['exact', 'wildcard']],
  ['http://localhost:5173', ['exact']],
  ['https://a.b.example.com', ['wildcard']],
  ['https://xn--bcher-kva.example.com', ['wildcard']],
  ['https://api.example.org:8443', ['wildcard']],
  ['https://pr-12.example.com', ['wildcard', 'expression']],
  // Case: a browser writes lower case.
  ['https://APP.example.com', []],
  ['HTTPS://app.example.com', []],
  ['https://app.Example.com', []],
  ['https://PR-12.example.com', []],
  // Ports.
  ['https://app.example.com:443', []],
  ['https://app.example.com:8443', []],
  ['https://app.example.com:', []],
  ['http://localhost:5174', []],
  ['http://localhost', []],
  ['http://localhost:51730', []],
  ['https://api.example.org', []],
  ['https://api.example.org:84430', []],
  // Another scheme.
  ['http://app.example.com', []],
  ['ws://app.example.com', []],
  ['ftp://app.example.com', []],
  ['file://app.example.com', []],
  ['chrome-extension://app.example.com', []],
  ['//app.example.com', []],
  ['app.example.com', []],
  ['https:app.example.com', []],
  ['https:/app.example.com', []],
  ['https:\\\\app.example.com', []],
  // Trailing dots.
  ['https://app.example.com.', []],
  ['https://app.example.com..', []],
  ['https://.app.example.com', []],
  // Look-alikes in other alphabets, as a browser writes them and as it does not.
  ['https://аpp.example.com', []],
  ['https://xn--pp-6kc.example.org', []],
  ['https://app.exаmple.com', []],
  ['https://app.xn--exmple-4nf.com', []],
  ['https://app.example.com。', []],
  // User information.
  ['https://app.example.com@evil.test', []],
  ['https://app.example.com:443@evil.test', []],
  ['https://user@app.example.com', []],
  ['https://evil.test#@app.example.com', []],
  ['https://evil.test\\@app.example.com', []],
  // Prefix and suffix.
  ['https://app.example.com.evil.test', []],
  ['https://app.example.comevil.test', []],
  ['https://app.example.community', []],
  ['https://evilapp.example.com.test', []],
  ['https://evil-example.com', []],
  ['https://evilexample.com', []],
  ['https://appXexample.com', []],
  ['https://example.com', []],
  ['https://pr-12.example.com.evil.test', []],
  ['https://pr-.example.com', ['wildcard']],
  ['https://evil.test/pr-12.example.com', []],
  // More than an origin.
  ['https://app.example.com/', []],
  ['https://app.example.com/path', []],
  ['https://app.example.com?x', []],
  ['https://app.example.com#x', []],
  ['https://evil.test?https://app.example.com', []],
  ['https://evil.test/https://app.example.com', []],
  ['https://app%2eexample.com', []],
  ['https://evil.test%2f.example.com', []],
  ['https://evil_x.example.com', ['wildcard']],
  // null, and several values.
  ['null', []],
  ['NULL', []],
  ['undefined', []],
  ['*', []],
  ['', []],
  [' ', []],
  ['https://app.example.com https://evil.test', []],
  ['https://evil.test, https://app.example.com', []],
  [['https://app.example.com', 'https://evil.test'], []],
  [['https://app.example.com', 'https://app.example.com'], []],
  [['null', 'https://app.example.com'], []],
]

describe('cors() and the Origin', () => {
  test.each(origins)('%j', (origin, allows) => {
    for (const guard of ['exact', 'wildcard', 'expression'] as const) {
      expect([guard, allowed(guard, origin)]).toEqual([guard, allows.includes(guard)])
    }
  })
})

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
    if (verdict instanceof Promise) throw new Error('expected an answer at once')
    return verdict.kind
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

test('the corpus holds at least sixty hostile values', () => {
  const hostile =
    origins.filter(([, allows]) => allows.length === 0).length + sites.filter(([, , passes]) => !passes).length
  expect(hostile).toBeGreaterThanOrEqual(60)
})
