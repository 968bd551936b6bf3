import { ConfigurationError } from '@ashlar/core'
import { describe, expect, jest, test } from '@jest/globals'

import { clearSiteData, cors, cspHash, httpsOnly, receiveReports, sameOrigin, securityHeaders } from '../src/index.ts'

function codeOf(make: () => unknown): string {
  try {
    make()
  } catch (error) {
    if (error instanceof ConfigurationError) return `${error.code} ${error.message}`
    throw error
  }
  return 'none'
}

// biome-ignore lint/suspicious/noExplicitAny: these options are wrong on purpose
type Wrong = any

const csp = (contentSecurityPolicy: Wrong) => () => securityHeaders({ contentSecurityPolicy })
const origins =
  (...list: Wrong[]) =>
  () =>
    cors({ origins: list })
const exempt =
  (...list: Wrong[]) =>
  () =>
    sameOrigin({ exempt: list })
const token = (options: Wrong) => () => sameOrigin({ token: { sessionCookie: 'sid', ...options } })
const SECRET = 'a secret that is long enough to be one'

describe('refused at construction', () => {
  const cases: readonly [name: string, make: () => unknown, expected: RegExp][] = [
    ['a directive by its header name', csp({ 'script-src': ["'self'"] }), /^ERR_OPTION_UNKNOWN .*"scriptSrc"/],
    ['a directive with a typo', csp({ scriptScr: ["'self'"] }), /^ERR_OPTION_UNKNOWN .*"scriptSrc"/],
    ['a source without quotes', csp({ scriptSrc: ['self'] }), /^ERR_OPTION_INVALID .*"'self'"/],
    ['a hash without quotes', csp({ scriptSrc: [cspHash('x').slice(1, -1)] }), /^ERR_OPTION_INVALID/],
    ['a hash that is cut', csp({ scriptSrc: ["'sha256-AAAA'"] }), /^ERR_OPTION_INVALID/],
    ['a source twice', csp({ imgSrc: ["'self'", "'self'"] }), /^ERR_OPTION_INVALID .*twice/],
    ["'none' in company", csp({ imgSrc: ["'none'", 'data:'] }), /^ERR_OPTION_INVALID .*alone/],
    ['no list', csp({ imgSrc: "'self'" }), /^ERR_OPTION_INVALID/],
    ['an empty list', csp({ imgSrc: [] }), /^ERR_OPTION_INVALID/],
    ['another directive in a source', csp({ imgSrc: ["'self'; script-src *"] }), /^ERR_OPTION_INVALID/],
    ['another policy in a source', csp({ imgSrc: ['https://a.example,'] }), /^ERR_OPTION_INVALID/],
    ['a line break in a source', csp({ imgSrc: ['https://a.example\r\nx: y'] }), /^ERR_OPTION_INVALID/],
    ['a nonce by hand', csp({ scriptSrc: ["'nonce-abc'"] }), /^ERR_OPTION_UNSAFE .*cspNonce/],
    ['anybody in scriptSrc', csp({ scriptSrc: ['*'] }), /^ERR_OPTION_UNSAFE/],
    ['data: in scriptSrc', csp({ scriptSrc: ["'self'", 'data:'] }), /^ERR_OPTION_UNSAFE/],
    ['blob: in scriptSrcElem', csp({ scriptSrcElem: ['blob:'] }), /^ERR_OPTION_UNSAFE/],
    ['https: in defaultSrc', csp({ defaultSrc: ['https:'] }), /^ERR_OPTION_UNSAFE/],
    ['anybody in baseUri', csp({ baseUri: ['*'] }), /^ERR_OPTION_UNSAFE/],
    ['anybody in objectSrc', csp({ objectSrc: ['*'] }), /^ERR_OPTION_UNSAFE/],
    ['no defaultSrc', csp({ defaultSrc: false }), /^ERR_OPTION_UNSAFE/],
    ["'unsafe-inline' beside a hash", csp({ scriptSrc: ["'unsafe-inline'", cspHash('x')] }), /^ERR_OPTION_UNSAFE/],
    [
      "'unsafe-inline' beside 'strict-dynamic'",
      csp({ scriptSrc: ["'unsafe-inline'", "'strict-dynamic'"] }),
      /^ERR_OPTION_UNSAFE/,
    ],
    ['a plain HTTP source', csp({ imgSrc: ['http://cdn.example.com'] }), /^ERR_OPTION_UNSAFE .*https:/],
    ['a star for a whole top-level domain', csp({ imgSrc: ['https://*.com'] }), /^ERR_OPTION_INVALID/],
    ['a sandbox word that does not exist', csp({ sandbox: ['allow-everything'] }), /^ERR_OPTION_INVALID/],
    [
      'a policy to try out with a typo',
      () => securityHeaders({ contentSecurityPolicyReportOnly: { imgScr: [] } as Wrong }),
      /^ERR_OPTION_UNKNOWN/,
    ],
    [
      'reports to another scheme',
      () => securityHeaders({ reportTo: 'http://reports.example.com' }),
      /^ERR_OPTION_INVALID/,
    ],
    ['reports to what is no address', () => securityHeaders({ reportTo: '//reports"; x' }), /^ERR_OPTION_INVALID/],
    ['cors without origins', () => cors({} as Wrong), /^ERR_OPTION_MISSING/],
    ['everybody with credentials', () => cors({ origins: '*', credentials: true }), /^ERR_OPTION_UNSAFE/],
    [
      'an unknown cors option',
      () => cors({ origins: [], credential: true } as Wrong),
      /^ERR_OPTION_UNKNOWN .*"credentials"/,
    ],
    ['null as an origin', origins('null'), /^ERR_OPTION_UNSAFE/],
    ['an origin with a path', origins('https://a.example/'), /^ERR_OPTION_INVALID .*"https:\/\/a\.example"/],
    ['an origin with a port that goes without saying', origins('https://a.example:443'), /^ERR_OPTION_INVALID/],
    ['an origin in capitals', origins('https://A.example'), /^ERR_OPTION_INVALID/],
    ['an international origin', origins('https://bücher.example'), /^ERR_OPTION_INVALID .*xn--bcher-kva/],
    ['a host', origins('a.example'), /^ERR_OPTION_INVALID/],
    ['a boolean that reflects', () => cors({ origins: true as Wrong, credentials: true }), /^ERR_OPTION_INVALID/],
    ['a function that reflects', origins(() => true), /^ERR_OPTION_INVALID/],
    ['a star alone', origins('*'), /^ERR_OPTION_UNSAFE/],
    ['a star for a whole top-level domain', origins('https://*.com'), /^ERR_OPTION_UNSAFE/],
    ['a star in the middle', origins('https://app.*.example.com'), /^ERR_OPTION_UNSAFE/],
    ['a star at the end', origins('https://example.*'), /^ERR_OPTION_UNSAFE/],
    ['an expression without a beginning', origins(/example\.com$/), /^ERR_OPTION_UNSAFE .*anchored/],
    ['an expression without an end', origins(/^https:\/\/example\.com/), /^ERR_OPTION_UNSAFE .*anchored/],
    ['an expression whose end is escaped', origins(/^https:\/\/example\.com\$/), /^ERR_OPTION_UNSAFE .*anchored/],
    ['an expression whose dot is any character', origins(/^https:\/\/app.example\.com$/), /^ERR_OPTION_UNSAFE .*dot/],
    [
      'an expression with loose alternatives',
      origins(/^https:\/\/a\.example|https:\/\/b\.example$/),
      /^ERR_OPTION_UNSAFE .*alternatives/,
    ],
    ['an expression over several lines', origins(/^https:\/\/a\.example$/m), /^ERR_OPTION_UNSAFE .*flags/],
    ['an expression that remembers', origins(/^https:\/\/a\.example$/g), /^ERR_OPTION_UNSAFE .*flags/],
    ['a star among the headers', () => cors({ origins: [], headers: ['*'] }), /^ERR_OPTION_UNSAFE/],
    ['a header with a line break', () => cors({ origins: [], exposedHeaders: ['a\r\nb'] }), /^ERR_OPTION_INVALID/],
    ['an age that is no number', () => cors({ origins: [], maxAge: Number.NaN }), /^ERR_OPTION_INVALID/],
    ['an exemption without a reason', exempt({ path: '/hooks', reason: '' }), /^ERR_OPTION_INVALID .*reason/],
    ['an exemption that could not match', exempt({ path: 'hooks', reason: 'signed' }), /^ERR_OPTION_INVALID/],
    ['a short secret', token({ secret: 'short' }), /^ERR_OPTION_UNSAFE/],
    ['no secret', token({}), /^ERR_OPTION_MISSING/],
    ['no session', token({ secret: SECRET, sessionCookie: undefined }), /^ERR_OPTION_MISSING/],
    ['a short one among secrets', token({ secret: [SECRET, 'short'] }), /^ERR_OPTION_UNSAFE/],
    ['a port that does not exist', () => httpsOnly({ port: 0 }), /^ERR_OPTION_INVALID/],
    ['data that does not exist', () => clearSiteData(['everything'] as Wrong), /^ERR_OPTION_INVALID/],
    ['a receiver without a path', () => receiveReports({} as Wrong), /^ERR_OPTION_INVALID/],
  ]
  test.each(cases)('%s', (_, make, expected) => {
    expect(codeOf(make)).toMatch(expected)
  })
})

test('accepted: what is anchored and closed', () => {
  expect(codeOf(origins('https://a.example', 'http://localhost:3000', /^https:\/\/(?:a|b)\.example$/))).toBe('none')
  expect(
    codeOf(
      csp({
        scriptSrc: ["'self'", cspHash('x', 'sha512'), 'https://cdn.example.com/lib/'],
        sandbox: ['allow-scripts'],
      }),
    ),
  ).toBe('none')
})

test('a policy that does not stop injected script is warned of', () => {
  const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {})
  try {
    csp({ scriptSrc: ["'self'", "'unsafe-eval'"] })()
    expect(warn).toHaveBeenCalledWith(
      expect.stringContaining("'unsafe-eval'"),
      expect.objectContaining({ code: 'ASHLAR_CSP_WEAK' }),
    )
  } finally {
    warn.mockRestore()
  }
})
