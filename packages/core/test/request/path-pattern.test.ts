import { describe, expect, test } from '@jest/globals'

import { compilePaths, compileWidePaths } from '../../src/request/path-pattern.ts'

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

describe('what a pattern holds beyond ASCII', () => {
  test('is meant as a client sends it', () => {
    const exact = compilePaths('test', ['/café', '/müller/*', '/%C3%A9'])
    const sent = ['/caf%C3%A9', '/m%C3%BCller/', '/m%C3%BCller/a', '/%C3%A9']
    expect(sent.filter((path) => !exact(path))).toEqual([])
    expect(['/café', '/caf%c3%a9', '/m%C3%BCller'].filter(exact)).toEqual([])
  })

  test('is known in every spelling by a rule that adds protection', () => {
    const wide = compileWidePaths('test', ['/café/*'])
    const sent = ['/caf%C3%A9', '/CAF%c3%a9/', '/%63af%C3%A9/%ff', '/caf%C3%A9/%ff%C3%A9']
    expect(sent.filter((path) => !wide(path))).toEqual([])
    expect(['/caf%E9/x', '/caf%C3/x'].filter(wide)).toEqual([])
  })

  test('is no half of a character', () => {
    expect(() => compilePaths('test', ['/\ud800'])).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
  })
})

test('a rule that adds protection takes a trailing slash or none, in the pattern and in the path', () => {
  const paths = ['/', '/a', '/a/', '/A', '/a/b', '/A/b/', '/a/B/c', '/a/b/c/', '/ab', '*']
  const hits: Readonly<Record<string, readonly string[]>> = {
    '/': ['/', '*'],
    '/a': ['/a', '/a/', '/A', '*'],
    '/a/': ['/a', '/a/', '/A', '*'],
    '/A/*': ['/a', '/a/', '/A', '/a/b', '/A/b/', '/a/B/c', '/a/b/c/', '*'],
    '/a/:id': ['/a/b', '/A/b/', '*'],
    '/a/:ID/': ['/a/b', '/A/b/', '*'],
    '/a/:id/*': ['/a/b', '/A/b/', '/a/B/c', '/a/b/c/', '*'],
    '/a/:id/C': ['/a/B/c', '/a/b/c/', '*'],
    '/*': paths,
  }
  for (const [pattern, hit] of Object.entries(hits)) {
    expect([pattern, paths.filter(compileWidePaths('test', [pattern]))]).toEqual([pattern, hit])
  }
})

describe('any character at any place', () => {
  const characters = [
    ...[...Array(256).keys()].map((code) => String.fromCharCode(code)),
    ...['\u0130', '\u017f', '\u0131', '\u1e9e', '\u2028', '\u2029', '\u212a', '\ufb01', '\ufeff', '\u{1f600}'],
  ]
  /** What the pattern is meant to match, said by its segments. */
  const meant = (pattern: string, path: string): boolean => {
    const wanted = pattern.split('/')
    const given = path.split('/')
    if (wanted.at(-1) === '*' ? given.length < wanted.length : given.length !== wanted.length) return false
    return wanted.every(
      (segment, index) =>
        segment === '*' || segment === given[index] || (segment.startsWith(':') && given[index] !== ''),
    )
  }
  const patterns = ['/admin', '/admin/*', '/admin/:id', '/:a/:b', '/a/:id/b/*', '/*']
  const example = { '/admin': '/admin', '/admin/*': '/admin/x/y', '/admin/:id': '/admin/7', '/:a/:b': '/ab/cd' }
  const examples: Readonly<Record<string, string>> = { ...example, '/a/:id/b/*': '/a/7/b/c/d', '/*': '/any/thing' }

  test.each(patterns)('%s matches by its segments', (pattern) => {
    const exact = compilePaths('test', [pattern])
    const path = examples[pattern]!
    for (const character of characters) {
      for (let at = 1; at <= path.length; at++) {
        for (const text of [path.slice(0, at) + character + path.slice(at), path.slice(0, at) + character]) {
          expect([text, exact(text)]).toEqual([text, meant(pattern, text)])
        }
      }
    }
  })
})
