import { testRequest } from '@ashlar/testkit'
import { describe, expect, jest, test } from '@jest/globals'

import { cors, sameOrigin } from '../src/index.ts'
import { refusalOf, type Wrong } from './refusal.ts'

const ALLOWED = 'https://app.example.com'
const guards = {
  exact: cors({
    origins: [ALLOWED, 'http://localhost:5173', 'capacitor://localhost', 'chrome-extension://abcdefghijklmnop'],
    credentials: true,
  }),
  wildcard: cors({ origins: ['https://*.example.com', 'https://*.example.org:8443'], credentials: true }),
  expression: cors({ origins: [/^https:\/\/pr-\d{1,6}\.example\.com$/], credentials: true }),
}

function allowed(guard: keyof typeof guards, origin: string | readonly string[]): boolean {
  const headers = [origin].flat().map((value) => ['Origin', value] as const)
  const verdict = guards[guard].check(testRequest({ headers }), {})
  return (verdict as Awaited<typeof verdict>).headers?.['access-control-allow-origin'] !== undefined
}

type Case = readonly [origin: string | readonly string[], allows: readonly (keyof typeof guards)[]]

const origins: readonly Case[] = [
  // What is meant.
  ['https://app.example.com', ['exact', 'wildcard']],
  ['capacitor://localhost', ['exact']],
  ['chrome-extension://abcdefghijklmnop', ['exact']],
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
  ['chrome-extension://abcdefghijklmnopq', []],
  ['capacitor://localhost:80', []],
  ['tauri://localhost', []],
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

const naming =
  (...list: Wrong[]) =>
  () =>
    cors({ origins: list })

describe('refused at construction', () => {
  const cases: readonly [name: string, make: () => unknown, expected: RegExp][] = [
    ['null as an origin', naming('null'), /^ERR_OPTION_UNSAFE/],
    ['an origin with a path', naming('https://a.example/'), /^ERR_OPTION_INVALID .*"https:\/\/a\.example"/],
    ['an origin with a port that goes without saying', naming('https://a.example:443'), /^ERR_OPTION_INVALID/],
    ['an origin in capitals', naming('https://A.example'), /^ERR_OPTION_INVALID/],
    ['an international origin', naming('https://bücher.example'), /^ERR_OPTION_INVALID .*xn--bcher-kva/],
    ['a host', naming('a.example'), /^ERR_OPTION_INVALID/],
    ['a boolean that reflects', () => cors({ origins: true as Wrong, credentials: true }), /^ERR_OPTION_INVALID/],
    ['a function that reflects', naming(() => true), /^ERR_OPTION_INVALID/],
    ['a star alone', naming('*'), /^ERR_OPTION_UNSAFE/],
    ['a star for a whole top-level domain', naming('https://*.com'), /^ERR_OPTION_UNSAFE/],
    ['a star in the middle', naming('https://app.*.example.com'), /^ERR_OPTION_UNSAFE/],
    ['a star at the end', naming('https://example.*'), /^ERR_OPTION_UNSAFE/],
    ['an expression without a beginning', naming(/example\.com$/), /^ERR_OPTION_UNSAFE .*anchored/],
    ['an expression without an end', naming(/^https:\/\/example\.com/), /^ERR_OPTION_UNSAFE .*anchored/],
    ['an expression whose end is escaped', naming(/^https:\/\/example\.com\$/), /^ERR_OPTION_UNSAFE .*anchored/],
    ['an expression whose dot is any character', naming(/^https:\/\/app.example\.com$/), /^ERR_OPTION_UNSAFE .*dot/],
    [
      'an expression with loose alternatives',
      naming(/^https:\/\/a\.example|https:\/\/b\.example$/),
      /^ERR_OPTION_UNSAFE .*alternatives/,
    ],
    ['an expression over several lines', naming(/^https:\/\/a\.example$/m), /^ERR_OPTION_UNSAFE .*flags/],
    ['an expression that remembers', naming(/^https:\/\/a\.example$/g), /^ERR_OPTION_UNSAFE .*flags/],
    ['no origin at all', naming(), /^ERR_OPTION_INVALID .*at least 1 entry/],
    ['a hole', naming(undefined), /^ERR_OPTION_INVALID .*"origins\[0\]"/],
    ['a port that does not exist', naming('http://a.example:0'), /^ERR_OPTION_INVALID/],
    ['an empty label', naming('http://a..b'), /^ERR_OPTION_INVALID/],
    ['a file', naming('file://host'), /^ERR_OPTION_INVALID/],
    ['a WebSocket', naming('wss://a.example'), /^ERR_OPTION_INVALID/],
    ["everybody's pages", naming('https://*.github.io'), /^ERR_OPTION_UNSAFE .*github\.io/],
    ['everybody of a country', () => sameOrigin({ origins: ['https://*.co.uk'] }), /^ERR_OPTION_UNSAFE .*co\.uk/],
    ['everybody, in brackets', naming('*'), /^ERR_OPTION_UNSAFE .*without brackets/],
  ]
  test.each(cases)('%s', (_, make, expected) => {
    expect(refusalOf(make)).toMatch(expected)
  })
})

test('accepted: what is anchored and closed, and whom an app or an extension is', () => {
  expect(refusalOf(naming('https://a.example', 'http://localhost:3000', /^https:\/\/(?:a|b)\.example$/))).toBe('none')
  expect(refusalOf(naming('tauri://localhost', 'moz-extension://a1b2', 'https://pages.github.io'))).toBe('none')
})

test('an expression is a copy, so that nobody changes it afterwards', () => {
  const expression = /^https:\/\/a\.example$/
  const guard = cors({ origins: [expression] })
  expression.test = () => true
  const request = testRequest({ headers: { origin: 'https://evil.test' } })
  expect(guard.check(request, {})).not.toHaveProperty('headers')
})

test('a page that somebody on the way can change is warned of, where it sends credentials', () => {
  const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {})
  try {
    cors({ origins: ['http://localhost:5173', 'https://a.example'], credentials: true })
    cors({ origins: ['http://intranet.example'] })
    expect(warn).not.toHaveBeenCalled()
    cors({ origins: ['http://intranet.example'], credentials: true })
    cors({ origins: ['http://*.intranet.example'], credentials: true })
    expect(warn.mock.calls.map(([, options]) => options)).toEqual([
      expect.objectContaining({ code: 'ASHLAR_CORS_WEAK' }),
      expect.objectContaining({ code: 'ASHLAR_CORS_WEAK' }),
    ])
  } finally {
    warn.mockRestore()
  }
})

test('the corpus holds at least fifty hostile values', () => {
  expect(origins.filter(([, allows]) => allows.length === 0).length).toBeGreaterThanOrEqual(50)
})
