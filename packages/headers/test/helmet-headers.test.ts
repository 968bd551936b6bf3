import { ConfigurationError } from '@ashlar/core'
import { testRequest } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'
import helmet, { contentSecurityPolicy } from 'helmet'

import { helmetHeaders } from '../src/helmet-headers.ts'
import { securityHeaders } from '../src/index.ts'

/** What stands where: `undefined` for a directive that a policy does not have. */
function directivesOf(policy: string): ReadonlyMap<string, readonly string[]> {
  return new Map(policy.split(';').map((line) => [line.split(' ')[0]!, line.split(' ').slice(1)]))
}

function webHeaders(): Readonly<Record<string, string>> {
  const verdict = securityHeaders().check(testRequest({ secure: true }), {}) as {
    readonly headers: Record<string, string>
  }
  return verdict.headers
}

const HELMETS = helmetHeaders('test', () => helmet({ crossOriginEmbedderPolicy: true }))

/** An update of helmet that changes what it sends changes what we send: look at it, then write it here. */
test('helmet sends what it did when this was last looked at', () => {
  expect(HELMETS).toEqual({
    'content-security-policy':
      "default-src 'self';base-uri 'self';font-src 'self' https: data:;form-action 'self';frame-ancestors 'self';" +
      "img-src 'self' data:;object-src 'none';script-src 'self';script-src-attr 'none';" +
      "style-src 'self' https: 'unsafe-inline';upgrade-insecure-requests",
    'cross-origin-embedder-policy': 'require-corp',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'origin-agent-cluster': '?1',
    'referrer-policy': 'no-referrer',
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    'x-content-type-options': 'nosniff',
    'x-dns-prefetch-control': 'off',
    'x-download-options': 'noopen',
    'x-frame-options': 'SAMEORIGIN',
    'x-permitted-cross-domain-policies': 'none',
    'x-xss-protection': '0',
  })
})

describe('the web profile is no weaker than helmet', () => {
  const ours = webHeaders()

  test('it sends every header that helmet sends', () => {
    expect(Object.keys(ours)).toEqual(expect.arrayContaining(Object.keys(HELMETS)))
  })

  test('and those that differ are stricter, or why they differ is known', () => {
    const differing = Object.keys(HELMETS).filter((name) => ours[name] !== HELMETS[name])
    // The referrer's origin, never its path, goes to other sites: analytics and payment pages break without it.
    expect(differing).toEqual(['content-security-policy', 'referrer-policy', 'x-frame-options'])
    expect(ours['x-frame-options']).toBe('DENY')
    expect(ours['referrer-policy']).toBe('strict-origin-when-cross-origin')
  })

  test('its policy has every directive, and no source that helmet does not have', () => {
    const mine = directivesOf(ours['content-security-policy']!)
    for (const [name, sources] of directivesOf(HELMETS['content-security-policy']!)) {
      const allowed = mine.get(name)?.filter((source) => source !== "'none'")
      expect([name, allowed && sources.filter((source) => allowed.includes(source))]).toEqual([name, allowed])
    }
  })
})

describe('what a middleware can do', () => {
  const refused = (make: Parameters<typeof helmetHeaders>[1]) => {
    try {
      helmetHeaders('here()', make)
    } catch (error) {
      return error
    }
    throw new Error('expected a refusal')
  }

  test.each<[name: string, make: Parameters<typeof helmetHeaders>[1], says: RegExp]>([
    [
      'refuse its options',
      () => contentSecurityPolicy({ useDefaults: false, directives: { defaultSrc: ['self'] } }),
      /^here\(\): helmet refuses it: .*quoted/,
    ],
    ['fail', () => (_request, _response, next) => next(new Error('planted')), /planted/],
    ['set what node refuses', () => (_request, response) => void response.setHeader('x', 'a\nb'), /Invalid character/],
    ['not finish at once', () => () => undefined, /did not finish at once/],
  ])('%s', (_, make, says) => {
    const error = refused(make)
    expect(error).toBeInstanceOf(ConfigurationError)
    expect(error).toMatchObject({ code: 'ERR_OPTION_INVALID', where: 'here()', message: expect.stringMatching(says) })
  })
})
