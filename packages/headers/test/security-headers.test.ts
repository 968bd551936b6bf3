import { ALLOW, ConfigurationError } from '@ashlar/core'
import { adapter as expressAdapter } from '@ashlar/express'
import { adapter as koaAdapter } from '@ashlar/koa'
import { testRequest, testServer } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'
import express from 'express'
import Koa from 'koa'

import { type SecurityHeadersOptions, securityHeaders } from '../src/index.ts'

function headersOf(options?: SecurityHeadersOptions, secure = false): Readonly<Record<string, string>> {
  const verdict = securityHeaders(options).check(testRequest({ secure }), {})
  if (verdict instanceof Promise || !verdict.headers) throw new Error('expected headers at once')
  return verdict.headers
}

function codeOf(make: () => unknown): string | undefined {
  try {
    make()
  } catch (error) {
    if (error instanceof ConfigurationError) return `${error.code} ${error.message}`
    throw error
  }
  return undefined
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
      "default-src 'self'; script-src 'none'; script-src-attr 'none'; object-src 'none'; base-uri 'self'; " +
        "style-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; img-src 'self' data:",
    )
    expect(headersOf({}, true)['content-security-policy']).toMatch(/; upgrade-insecure-requests$/)
  })

  test('denies every feature', () => {
    const policy = headersOf()['permissions-policy']!
    expect(policy).toMatch(/^accelerometer=\(\), autoplay=\(\), /)
    expect(policy.split(', ').every((item) => item.endsWith('=()'))).toBe(true)
  })
})

test('the api profile renders nothing, stores nothing and tells no referrer', () => {
  expect(headersOf({ profile: 'api' })).toMatchObject({
    'content-security-policy':
      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  })
})

test('strict transport security goes out over TLS only', () => {
  expect(headersOf({}, false)).not.toHaveProperty('strict-transport-security')
  expect(headersOf({}, true)['strict-transport-security']).toBe('max-age=31536000; includeSubDomains')
  expect(
    headersOf({ strictTransportSecurity: { maxAge: 60, includeSubDomains: false } }, true)['strict-transport-security'],
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
    xXssProtection: '1; mode=block',
    crossOriginEmbedderPolicy: false,
    permissionsPolicy: { fullscreen: ['self'], geolocation: ['self', 'https://maps.example.com'], usb: ['*', 'self'] },
  })
  expect(headers['x-frame-options']).toBe('SAMEORIGIN')
  expect(headers['x-xss-protection']).toBe('1; mode=block')
  expect(headers).not.toHaveProperty('cross-origin-embedder-policy')
  expect(headers['permissions-policy']).toContain(
    'fullscreen=(self), gamepad=(), geolocation=(self "https://maps.example.com"), gyroscope=()',
  )
  expect(headers['permissions-policy']).toContain('usb=*, web-share=()')
  expect(headersOf({ permissionsPolicy: false })).not.toHaveProperty('permissions-policy')
  expect(headersOf({ profile: 'api', cacheControl: false })).not.toHaveProperty('cache-control')
})

describe('refuses at construction', () => {
  const wrong: readonly [name: string, options: unknown, expected: RegExp][] = [
    ['no object', 'web', /^ERR_OPTION_INVALID/],
    ['an unknown option', { frameOptions: 'DENY' }, /^ERR_OPTION_UNKNOWN/],
    ['a typo, with what was meant', { xFrameOption: 'DENY' }, /^ERR_OPTION_UNKNOWN .*"xFrameOptions"/],
    ['an unknown profile', { profile: 'spa' }, /^ERR_OPTION_INVALID .*"web" or "api"/],
    ['a profile from the prototype', { profile: 'constructor' }, /^ERR_OPTION_INVALID/],
    ['an unknown word', { referrerPolicy: 'never' }, /^ERR_OPTION_INVALID .*"no-referrer"/],
    ['true for a word', { xFrameOptions: true }, /^ERR_OPTION_INVALID/],
    ['a header injection', { xFrameOptions: 'DENY\r\nx: y' }, /^ERR_OPTION_INVALID/],
    ['another cache control', { cacheControl: 'public' }, /^ERR_OPTION_INVALID/],
    ['a negative age', { strictTransportSecurity: { maxAge: -1 } }, /^ERR_OPTION_INVALID/],
    ['an age that is no number', { strictTransportSecurity: { maxAge: Number.NaN } }, /^ERR_OPTION_INVALID/],
    [
      'helmet 3 spelling',
      { strictTransportSecurity: { includeSubdomains: true } },
      /^ERR_OPTION_UNKNOWN .*"includeSubDomains"/,
    ],
    [
      'preload for a short time',
      { strictTransportSecurity: { preload: true, maxAge: 86_400 } },
      /^ERR_OPTION_INVALID .*"preload"/,
    ],
    [
      'preload of one host',
      { strictTransportSecurity: { preload: true, includeSubDomains: false } },
      /^ERR_OPTION_INVALID .*"preload"/,
    ],
    ['an unknown feature', { permissionsPolicy: { geolocations: [] } }, /^ERR_OPTION_UNKNOWN .*"geolocation"/],
    ['a feature without a list', { permissionsPolicy: { camera: 'self' } }, /^ERR_OPTION_INVALID .*list/],
    ['an allowance with a path', { permissionsPolicy: { camera: ['https://a.example/x'] } }, /^ERR_OPTION_INVALID/],
    [
      'an allowance that ends the item',
      { permissionsPolicy: { camera: ['https://a.example"), usb=*'] } },
      /^ERR_OPTION_INVALID/,
    ],
  ]
  test.each(wrong)('%s', (_, options, expected) => {
    expect(codeOf(() => securityHeaders(options as SecurityHeadersOptions))).toMatch(expected)
  })
})

describe('over HTTP', () => {
  const guard = securityHeaders()
  const quiet = { onError: () => {} }
  const inExpress = expressAdapter(quiet)
  const inKoa = koaAdapter(quiet)

  function expressApp(): express.Express {
    const app = express()
    app.use(inExpress.protect(guard))
    app.get('/', (_, response) => void response.send('ok'))
    app.get('/throws', () => {
      throw new Error('planted')
    })
    app.use(inExpress.errorBoundary())
    return app
  }

  function koaApp(): Koa {
    const app = new Koa()
    app.use(inKoa.errorBoundary())
    app.use(inKoa.protect(guard))
    app.use((context) => {
      if (context.path === '/throws') throw new Error('planted')
      if (context.path === '/') context.body = 'ok'
    })
    return app
  }

  test.each([
    ['Express', () => expressApp()],
    ['Koa', () => koaApp().callback()],
    ['the front door', () => inExpress.frontDoor(express(), guard)],
  ])('%s sends the headers on success, on 404 and on an error', async (_, make) => {
    const server = await testServer(make())
    const expected = headersOf()
    try {
      for (const target of ['/', '/missing', '/throws']) {
        const { headers } = await server.call(target)
        expect(headers).toMatchObject(expected)
        expect(headers).not.toHaveProperty('strict-transport-security')
      }
    } finally {
      await server.close()
    }
  })

  test('a trusted proxy that terminates TLS makes it secure, an untrusted one does not', async () => {
    const trusting = { trustedProxies: ['loopback'] }
    const apps = {
      express: (trust: boolean) => {
        const app = express()
        app.use((trust ? expressAdapter(trusting) : inExpress).protect(guard))
        return app
      },
      koa: (trust: boolean) => {
        const app = new Koa()
        app.use((trust ? koaAdapter(trusting) : inKoa).protect(guard))
        return app.callback()
      },
    }
    for (const make of Object.values(apps)) {
      for (const trust of [true, false]) {
        const server = await testServer(make(trust))
        try {
          const { headers } = await server.call('/', { headers: { 'x-forwarded-proto': 'https' } })
          expect('strict-transport-security' in headers).toBe(trust)
          const plain = await server.call('/', { headers: { 'x-forwarded-proto': 'http' } })
          expect(plain.headers).not.toHaveProperty('strict-transport-security')
        } finally {
          await server.close()
        }
      }
    }
  })
})
