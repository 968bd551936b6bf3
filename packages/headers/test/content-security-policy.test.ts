import { testRequest } from '@ashlar/testkit'
import { describe, expect, jest, test } from '@jest/globals'

import { cspHash, securityHeaders } from '../src/index.ts'
import { refusalOf, type Wrong } from './refusal.ts'

const csp = (contentSecurityPolicy: Wrong) => () => securityHeaders({ contentSecurityPolicy })

function headersOf(options: Wrong, secure = true): Readonly<Record<string, string>> {
  const verdict = securityHeaders(options).check(testRequest({ secure }), {}) as { headers: Record<string, string> }
  return verdict.headers
}

describe('refused at construction', () => {
  const cases: readonly [name: string, make: () => unknown, expected: RegExp][] = [
    ['no object', csp("default-src 'self'"), /^ERR_OPTION_INVALID/],
    ['a directive by its header name', csp({ 'script-src': ["'self'"] }), /^ERR_OPTION_UNKNOWN .*"scriptSrc"/],
    ['a directive with a typo', csp({ scriptScr: ["'self'"] }), /^ERR_OPTION_UNKNOWN .*"scriptSrc"/],
    ["helmet's directives", csp({ directives: {} }), /^ERR_OPTION_UNKNOWN .*directives themselves/],
    ["helmet's defaults", csp({ useDefaults: false }), /^ERR_OPTION_UNKNOWN .*in place|^ERR_OPTION_UNKNOWN .*replaces/],
    ['an address for reports', csp({ reportUri: '/reports' }), /^ERR_OPTION_UNKNOWN .*reportTo/],
    ['a source without quotes', csp({ scriptSrc: ['self'] }), /^ERR_OPTION_INVALID .*"'self'"/],
    ['a hash without quotes', csp({ scriptSrc: [cspHash('x').slice(1, -1)] }), /^ERR_OPTION_INVALID/],
    ['a hash that is cut', csp({ scriptSrc: ["'sha256-AAAA'"] }), /^ERR_OPTION_INVALID/],
    ['a source twice', csp({ imgSrc: ["'self'", "'self'"] }), /^ERR_OPTION_INVALID .*different/],
    ["'none' in company", csp({ imgSrc: ["'none'", 'data:'] }), /^ERR_OPTION_INVALID .*alone/],
    ['no list', csp({ imgSrc: "'self'" }), /^ERR_OPTION_INVALID/],
    ['an empty list', csp({ imgSrc: [] }), /^ERR_OPTION_INVALID .*'none'/],
    ['another directive in a source', csp({ imgSrc: ["'self'; script-src *"] }), /^ERR_OPTION_INVALID/],
    ['another policy in a source', csp({ imgSrc: ['https://a.example,'] }), /^ERR_OPTION_INVALID/],
    ['a line break in a source', csp({ imgSrc: ['https://a.example\r\nx: y'] }), /^ERR_OPTION_INVALID/],
    ['a nonce by hand', csp({ scriptSrc: ["'nonce-abc'"] }), /^ERR_OPTION_UNSAFE .*cspNonce/],
    ['the place of a nonce by hand', csp({ scriptSrc: ["'nonce-here'"] }), /^ERR_OPTION_UNSAFE/],
    ['anybody in scriptSrc', csp({ scriptSrc: ['*'] }), /^ERR_OPTION_UNSAFE/],
    ['data: in scriptSrc', csp({ scriptSrc: ["'self'", 'data:'] }), /^ERR_OPTION_UNSAFE/],
    ['blob: in scriptSrcElem', csp({ scriptSrcElem: ['blob:'] }), /^ERR_OPTION_UNSAFE/],
    ['data: in workerSrc', csp({ workerSrc: ['data:'] }), /^ERR_OPTION_UNSAFE/],
    ['anybody in workerSrc', csp({ workerSrc: ['*'] }), /^ERR_OPTION_UNSAFE/],
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
    ['another word for trusted types', csp({ requireTrustedTypesFor: ["'style'"] }), /^ERR_OPTION_INVALID/],
    ['a policy name with a space', csp({ trustedTypes: ['a b'] }), /^ERR_OPTION_INVALID/],
    ['a word for a flag', csp({ upgradeInsecureRequests: 'yes' }), /^ERR_OPTION_INVALID/],
    [
      'a policy to try out with a typo',
      () => securityHeaders({ contentSecurityPolicyReportOnly: { imgScr: [] } as Wrong }),
      /^ERR_OPTION_UNKNOWN .*contentSecurityPolicyReportOnly/,
    ],
    ['no hash of no text', () => cspHash(1 as Wrong), /^ERR_OPTION_INVALID cspHash/],
    ['a hash that is not known', () => cspHash('x', 'md5' as Wrong), /^ERR_OPTION_INVALID cspHash.*'sha256'/],
  ]
  test.each(cases)('%s', (_, make, expected) => {
    expect(refusalOf(make)).toMatch(expected)
  })
})

test('accepted: what names what it allows', () => {
  const scriptSrc = ["'self'", cspHash('x', 'sha512'), 'https://cdn.example.com/lib/']
  expect(refusalOf(csp({ scriptSrc, sandbox: ['allow-scripts'] }))).toBe('none')
  // A worker from blob: was written by a script that runs already.
  expect(refusalOf(csp({ workerSrc: ["'self'", 'blob:'] }))).toBe('none')
})

test("a directive replaces the profile's, false takes one out, a switch has no sources", () => {
  const policy = headersOf({
    contentSecurityPolicy: { imgSrc: ['https:'], fontSrc: false, upgradeInsecureRequests: false, trustedTypes: [] },
  })['content-security-policy']
  expect(policy).toBe(
    "default-src 'self';script-src 'none';script-src-attr 'none';object-src 'none';base-uri 'self';style-src 'self';" +
      "form-action 'self';frame-ancestors 'none';img-src https:;trusted-types",
  )
})

test('a policy that is tried out lies over the one in force, without what only that can do', () => {
  const headers = headersOf({
    reportTo: '/reports',
    contentSecurityPolicy: { sandbox: ['allow-scripts'], mediaSrc: ["'none'"] },
    contentSecurityPolicyReportOnly: { imgSrc: ["'none'"] },
  })
  const tried = headers['content-security-policy-report-only']
  expect(tried).toMatch(/;img-src 'none';media-src 'none';report-uri \/reports;report-to default$/)
  expect(tried).not.toMatch(/sandbox|upgrade-insecure-requests/)
  expect(headers['content-security-policy']).toMatch(/;sandbox allow-scripts;upgrade-insecure-requests;report-uri/)
})

test('what does not stop injected script, or reports to nobody, is warned of, once', () => {
  const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {})
  try {
    csp({ scriptSrc: ["'self'", "'unsafe-eval'"] })()
    csp({ scriptSrc: ["'self'", "'unsafe-eval'"] })()
    expect(warn.mock.calls).toEqual([
      [expect.stringContaining("'unsafe-eval'"), expect.objectContaining({ code: 'ASHLAR_CSP_WEAK' })],
    ])
    warn.mockClear()
    securityHeaders({ contentSecurityPolicyReportOnly: { imgSrc: ["'none'"] } })
    expect(warn.mock.calls).toEqual([
      [expect.stringContaining('"reportTo"'), expect.objectContaining({ code: 'ASHLAR_CSP_SILENT' })],
    ])
  } finally {
    warn.mockRestore()
  }
})
