import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import { compilePaths } from '../../src/request/path-pattern.ts'
import { isAmbiguous, pathOf, searchOf, widestReading } from '../../src/request/target.ts'

describe('path patterns', () => {
  for (const [pattern, hits, misses] of [
    ['/health', ['/health'], ['/health/', '/Health', '/health/x', '/healt', '/xhealth', '/']],
    ['/', ['/'], ['', '/x']],
    ['/public/*', ['/public/', '/public/a', '/public/a/b'], ['/public', '/publicity', '/x/public/a']],
    ['/*', ['/', '/a', '/a/b'], ['']],
    ['/users/:id', ['/users/7', '/users/a.b'], ['/users/', '/users', '/users/7/', '/users/7/keys']],
    ['/users/:id/*', ['/users/7/', '/users/7/keys'], ['/users/7', '/users//keys']],
    ['/a.b+c', ['/a.b+c'], ['/aXb+c', '/a.bbc']],
    ['/v1/things:batch', ['/v1/things:batch'], ['/v1/things', '/v1/thingsXbatch']],
    ['/a(b)', ['/a(b)'], ['/ab']],
    ['/$x', ['/$x'], ['/']],
  ] as const) {
    test(pattern, () => {
      const matches = compilePaths('test', [pattern])
      for (const path of hits) expect([path, matches(path)]).toEqual([path, true])
      for (const path of misses) expect([path, matches(path)]).toEqual([path, false])
    })
  }

  for (const pattern of [
    'health',
    '',
    '*',
    '/a*',
    '/*/a',
    '/**',
    '/a/**',
    '/a//b',
    '/a/../b',
    '/a/./b',
    '/a\\b',
    '/a b',
    '/a#b',
    '/a?',
    '/a?b=1',
    '/a%2fb',
    '/a%zz',
    '/{a}',
    '/a|b',
    '/:',
    '/:id.json',
    '/:a-:b',
    '/:id?',
    '/:id(\\d+)',
    '/:1',
    'http://x/a',
  ]) {
    test(`${JSON.stringify(pattern)} could never match as meant`, () => {
      expect(() => compilePaths('test', ['/fine', pattern])).toThrow(
        expect.objectContaining({
          code: 'ERR_OPTION_INVALID',
          message: expect.stringContaining(JSON.stringify(pattern)),
        }),
      )
    })
  }
})

test('no character of a path is one that a pattern does not see', () => {
  const below = compilePaths('test', ['/admin/*', '/users/:id'])
  const escapes = [...Array(256).keys()].map((code) => String.fromCharCode(code))
  for (const character of [...escapes, '\u2028', '\u2029', '\u0085']) {
    for (const text of [character, `a${character}`, `${character}a`, `a${character}a`]) {
      expect([text, below(`/admin/${text}`)]).toEqual([text, true])
      expect([text, below(`/users/${text}`)]).toEqual([text, !text.includes('/')])
    }
  }
})

describe('an ambiguous path', () => {
  for (const path of [
    '',
    'x',
    'http://x/admin',
    '//x',
    '/x//y',
    '/x//',
    '/.',
    '/..',
    '/./x',
    '/x/../y',
    '/x/.',
    '/x/..',
    '/x\\y',
    '/x#y',
    '/x\ty',
    '/x y',
    '/x\0',
    '/x\x7f',
    '/x%2fy',
    '/x%2Fy',
    '/x%5cy',
    '/%2e%2e/x',
    '/x%2E',
    '/x%00',
    '/x%',
    '/x%4',
    '/x%zz',
  ]) {
    test(JSON.stringify(path), () => expect(isAmbiguous(path)).toBe(true))
  }

  test('is not one with dots, percents and signs in their place', () => {
    for (const path of [
      '/',
      '/.well-known/x',
      '/a.b',
      '/a..b',
      '/...',
      '/..a',
      '/a%20b',
      '/a%252f',
      '/a:b;c=d,e@f!$&',
    ]) {
      expect([path, isAmbiguous(path)]).toEqual([path, false])
    }
    expect([isAmbiguous('*', 'OPTIONS'), isAmbiguous('*', 'GET')]).toEqual([false, true])
  })

  test('is every one that a URL parser reads differently', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'/.\\%2eEfF5cA:#? a;@\t'), maxLength: 12 }), (text) => {
        const path = pathOf(`/${text}`)
        const read = URL.canParse(path, 'http://x') ? new URL(path, 'http://x').pathname : undefined
        if (read !== path) expect([path, isAmbiguous(path)]).toEqual([path, true])
      }),
      { numRuns: 5000 },
    )
  })
})

describe('the widest reading', () => {
  test('is one for all spellings of a path', () => {
    for (const path of ['/admin', '/ADMIN', '/admin/', '/%61dmin', '/%41DMI%4e/', '/admi%6E']) {
      expect(widestReading(path)).toBe('/admin')
    }
    expect(widestReading('/')).toBe('/')
    expect(widestReading('/caf%C3%A9')).toBe('/café')
    expect(widestReading('/%ff')).toBe('/%ff')
  })

  test('is that of any spelling of any path', () => {
    const segment = fc.string({ unit: fc.constantFrom(...'abcXYZ019-_~'), minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(
        fc.array(segment, { minLength: 1 }),
        fc.infiniteStream(fc.nat(3)),
        fc.boolean(),
        (segments, coins, slash) => {
          const path = `/${segments.join('/')}`
          const respell = (letter: string): string => {
            const hex = letter.charCodeAt(0).toString(16)
            return [letter, letter.toUpperCase(), letter.toLowerCase(), letter === '/' ? '/' : `%${hex}`][
              coins.next().value
            ]!
          }
          const spelling = [...path].map(respell).join('') + (slash ? '/' : '')
          expect(widestReading(spelling)).toBe(widestReading(path))
        },
      ),
    )
  })

  test('a target is its path and its search', () => {
    fc.assert(
      fc.property(fc.string(), (target) => {
        expect(pathOf(target) + searchOf(target)).toBe(target)
        expect(pathOf(target)).not.toContain('?')
      }),
    )
  })
})
