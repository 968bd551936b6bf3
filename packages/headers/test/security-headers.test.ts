import { ALLOW } from '@ashlar/core'
import { testRequest } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'

import { type SecurityHeadersOptions, securityHeaders } from '../src/index.ts'
import { APPS, withPages } from './apps.ts'
import { refusalOf, type Wrong } from './refusal.ts'

function headersOf(options?: SecurityHeadersOptions, secure = false): Readonly<Record<string, string>> {
  const verdict = securityHeaders(options).check(testRequest({ secure }), {})
  return (verdict as { readonly headers: Readonly<Record<string, string>> }).headers
}

describe('the web profile', () => {
  test('is the default', () => {
    const headers = headersOf()
    expect(headers).toEqual(headersOf({ profile: 'web' }))
    expect(headers).toMatchObject({
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'strict-origin-when-cross-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-resource-policy': 'same-origin',
      'origin-agent-cluster': '?1',
      'x-xss-protection': '0',
      'x-dns-prefetch-control': 'off',
      'x-download-options': 'noopen',
      'x-permitted-cross-domain-policies': 'none',
    })
    expect(headers).not.toHaveProperty('cache-control')
  })

  test("has a content security policy on helmet's base", () => {
    expect(headersOf()['content-security-policy']).toBe(
      "default-src 'self';script-src 'none';script-src-attr 'none';object-src 'none';base-uri 'self';" +
        "style-src 'self';font-src 'self';form-action 'self';frame-ancestors 'none';img-src 'self' data:",
    )
    expect(headersOf({}, true)['content-security-policy']).toMatch(/;upgrade-insecure-requests$/)
  })

  test('denies every feature', () => {
    const policy = headersOf()['permissions-policy']!
    expect(policy).toMatch(/^accelerometer=\(\), autoplay=\(\), /)
    expect(policy.split(', ').every((item) => item.endsWith('=()'))).toBe(true)
  })
})

test('the api profile renders nothing, stores nothing and tells no referrer', () => {
  expect(headersOf({ profile: 'api' })).toMatchObject({
    'content-security-policy': "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none';sandbox",
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  })
})

test('strict transport security goes out over TLS only', () => {
  expect(headersOf({}, false)).not.toHaveProperty('strict-transport-security')
  expect(headersOf({}, true)['strict-transport-security']).toBe('max-age=31536000; includeSubDomains')
  expect(
    headersOf({ strictTransportSecurity: { maxAge: '60s', includeSubDomains: false } }, true)[
      'strict-transport-security'
    ],
  ).toBe('max-age=60')
  expect(headersOf({ strictTransportSecurity: { preload: true } }, true)['strict-transport-security']).toBe(
    'max-age=31536000; includeSubDomains; preload',
  )
  expect(headersOf({ strictTransportSecurity: false }, true)).not.toHaveProperty('strict-transport-security')
})

test('the verdict is one frozen object for plain HTTP and one for TLS', () => {
  const guard = securityHeaders({ profile: 'api' })
  const plain = guard.check(testRequest(), {})
  const secure = guard.check(testRequest({ secure: true }), {})
  expect(guard.check(testRequest({ method: 'POST', target: '/other' }), {})).toBe(plain)
  expect(guard.check(testRequest({ secure: true }), {})).toBe(secure)
  expect(plain).not.toBe(secure)
  expect(plain).not.toBe(ALLOW)
  expect(Object.isFrozen(plain) && Object.isFrozen((plain as { headers: object }).headers)).toBe(true)
})

test('each header can be chosen or left out', () => {
  const headers = headersOf({
    xFrameOptions: 'SAMEORIGIN',
    originAgentCluster: '?0',
    xDnsPrefetchControl: 'on',
    xPermittedCrossDomainPolicies: 'master-only',
    xDownloadOptions: false,
    crossOriginEmbedderPolicy: false,
    permissionsPolicy: { fullscreen: ['self'], geolocation: ['self', 'https://maps.example.com'], usb: ['*', 'self'] },
  })
  expect(headers).toMatchObject({
    'x-frame-options': 'SAMEORIGIN',
    'origin-agent-cluster': '?0',
    'x-dns-prefetch-control': 'on',
    'x-permitted-cross-domain-policies': 'master-only',
  })
  expect(headers).not.toHaveProperty('x-download-options')
  expect(headers).not.toHaveProperty('cross-origin-embedder-policy')
  expect(headers['permissions-policy']).toContain(
    'fullscreen=(self), gamepad=(), geolocation=(self "https://maps.example.com"), gyroscope=()',
  )
  expect(headers['permissions-policy']).toContain('usb=*, web-share=()')
  expect(headersOf({ permissionsPolicy: false })).not.toHaveProperty('permissions-policy')
  expect(headersOf({ profile: 'api', cacheControl: false })).not.toHaveProperty('cache-control')
})

test('who may frame a page is said once: the policy follows the older header', () => {
  const frames = (options: SecurityHeadersOptions) =>
    /frame-ancestors ([^;]*)/.exec(headersOf(options)['content-security-policy']!)?.[1]
  expect(frames({})).toBe("'none'")
  expect(frames({ xFrameOptions: 'SAMEORIGIN' })).toBe("'self'")
  expect(frames({ profile: 'api', xFrameOptions: 'SAMEORIGIN' })).toBe("'self'")
  const partner = 'https://partner.example'
  expect(frames({ xFrameOptions: 'SAMEORIGIN', contentSecurityPolicy: { frameAncestors: [partner] } })).toBe(partner)
})

test('reports go to the endpoint, which is named over TLS only', () => {
  const options = {
    reportTo: 'https://reports.example.com/r',
    crossOriginEmbedderPolicyReportOnly: 'credentialless',
    crossOriginOpenerPolicyReportOnly: 'same-origin-allow-popups',
  } as const
  expect(headersOf(options, true)).toMatchObject({
    'reporting-endpoints': 'default="https://reports.example.com/r"',
    'content-security-policy': expect.stringMatching(
      /;report-uri https:\/\/reports\.example\.com\/r;report-to default$/,
    ),
    'cross-origin-embedder-policy': 'require-corp; report-to="default"',
    'cross-origin-opener-policy': 'same-origin; report-to="default"',
    'cross-origin-embedder-policy-report-only': 'credentialless; report-to="default"',
    'cross-origin-opener-policy-report-only': 'same-origin-allow-popups; report-to="default"',
  })
  const plain = headersOf(options)
  expect(plain).not.toHaveProperty('reporting-endpoints')
  expect(plain['cross-origin-embedder-policy']).toBe('require-corp')
  expect(plain['content-security-policy']).toMatch(/;report-uri https:\/\/reports\.example\.com\/r$/)
})

describe('refuses at construction', () => {
  const wrong: readonly [name: string, options: Wrong, expected: RegExp][] = [
    ['no object', 'web', /^ERR_OPTION_INVALID/],
    ['a guard', securityHeaders(), /^ERR_OPTION_INVALID .*guard/],
    ['an unknown option', { frameOptions: 'DENY' }, /^ERR_OPTION_UNKNOWN/],
    ['a typo, with what was meant', { xFrameOption: 'DENY' }, /^ERR_OPTION_UNKNOWN .*"xFrameOptions"/],
    ["helmet's other names", { frameguard: { action: 'deny' } }, /^ERR_OPTION_UNKNOWN .*xFrameOptions/],
    ['the short name of a header', { hsts: { maxAge: 1 } }, /^ERR_OPTION_UNKNOWN .*strictTransportSecurity/],
    ['an unknown profile', { profile: 'spa' }, /^ERR_OPTION_INVALID .*'web', 'api'/],
    ['a profile from the prototype', { profile: 'constructor' }, /^ERR_OPTION_INVALID/],
    ['an unknown word', { referrerPolicy: 'never' }, /^ERR_OPTION_INVALID .*'no-referrer'/],
    ['true for a word', { xFrameOptions: true }, /^ERR_OPTION_INVALID/],
    ['a header injection', { xFrameOptions: 'DENY\r\nx: y' }, /^ERR_OPTION_INVALID/],
    ['a filter that was used to attack', { xXssProtection: '1; mode=block' }, /^ERR_OPTION_UNSAFE/],
    ['another cache control', { cacheControl: 'public' }, /^ERR_OPTION_INVALID/],
    ['an age without a unit', { strictTransportSecurity: { maxAge: 60 } }, /^ERR_OPTION_INVALID .*'60s'/],
    ['a negative age', { strictTransportSecurity: { maxAge: '-1s' } }, /^ERR_OPTION_INVALID/],
    ['an age that is no duration', { strictTransportSecurity: { maxAge: Number.NaN } }, /^ERR_OPTION_INVALID/],
    ['half a second', { strictTransportSecurity: { maxAge: '0.5s' } }, /^ERR_OPTION_INVALID .*whole seconds/],
    [
      'helmet 3 spelling',
      { strictTransportSecurity: { includeSubdomains: true } },
      /^ERR_OPTION_UNKNOWN .*"includeSubDomains"/,
    ],
    [
      'preload for a short time',
      { strictTransportSecurity: { preload: true, maxAge: '1d' } },
      /^ERR_OPTION_INVALID .*preload"/,
    ],
    [
      'preload of one host',
      { strictTransportSecurity: { preload: true, includeSubDomains: false } },
      /^ERR_OPTION_INVALID .*preload"/,
    ],
    ['an unknown feature', { permissionsPolicy: { geolocations: [] } }, /^ERR_OPTION_UNKNOWN .*"geolocation"/],
    ['a feature without a list', { permissionsPolicy: { camera: 'self' } }, /^ERR_OPTION_INVALID .*list/],
    ['an allowance with a path', { permissionsPolicy: { camera: ['https://a.example/x'] } }, /^ERR_OPTION_INVALID/],
    [
      'an allowance that ends the item',
      { permissionsPolicy: { camera: ['https://a.example"), usb=*'] } },
      /^ERR_OPTION_INVALID/,
    ],
    ['reports to another scheme', { reportTo: 'http://reports.example.com' }, /^ERR_OPTION_INVALID/],
    ['reports to what is no address', { reportTo: '//reports"; x' }, /^ERR_OPTION_INVALID/],
    [
      'two answers to who may frame a page',
      { xFrameOptions: 'SAMEORIGIN', contentSecurityPolicy: { frameAncestors: ["'none'"] } },
      /^ERR_OPTION_INVALID .*"xFrameOptions"/,
    ],
  ]
  test.each(wrong)('%s', (_, options, expected) => {
    expect(refusalOf(() => securityHeaders(options))).toMatch(expected)
  })
})

/** Over TLS or not, as a trusted proxy says. */
describe.each(APPS)('in $name', ({ serve }) => {
  test('the headers are on success, on 404 and on an error', async () => {
    await withPages(serve, { guards: [securityHeaders()], pages: { '/': () => 'ok' } }, async (server) => {
      for (const target of ['/', '/missing', '/throws']) {
        const { headers } = await server.call(target)
        expect(headers).toMatchObject(headersOf())
        expect(headers).not.toHaveProperty('strict-transport-security')
        expect(headers).not.toHaveProperty('x-powered-by')
      }
    })
  })

  test.each([true, false])('a proxy that terminates TLS makes it secure where it is trusted: %s', async (trusted) => {
    const options = { guards: [securityHeaders()], ...(trusted && { trustedProxies: ['loopback'] }) }
    await withPages(serve, options, async (server) => {
      const { headers } = await server.call('/', { headers: { 'x-forwarded-proto': 'https' } })
      expect('strict-transport-security' in headers).toBe(trusted)
      const plain = await server.call('/', { headers: { 'x-forwarded-proto': 'http' } })
      expect(plain.headers).not.toHaveProperty('strict-transport-security')
    })
  })
})
