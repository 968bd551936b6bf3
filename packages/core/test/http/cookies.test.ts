import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import { cookieValues, setCookie } from '../../src/http.ts'

describe('cookieValues()', () => {
  const cases: readonly [string, string | readonly string[] | undefined, readonly string[]][] = [
    ['one among others', 'a=1; id=x; b=2', ['x']],
    ['nothing', undefined, []],
    ['an empty header', '', []],
    ['one that is not there', 'a=1', []],
    ['several, in order', 'id=x; a=1; id=y', ['x', 'y']],
    ['several headers', ['id=x; a=1', 'b=2; id=y'], ['x', 'y']],
    ['an empty value', 'id=; a=1', ['']],
    ['a value with "="', 'id=x=y==', ['x=y==']],
    ['one without "="', 'id; a=id', []],
    ['no blanks, and many', 'a=1;id=x;\t id \t=\t y \t;b=2', ['x', 'y']],
    ['quotes, which are part of it', 'id="x"', ['"x"']],
    ['a longer name, and a value that says it', 'idx=1; xid=2; a=id=3', []],
    ['another case', 'ID=1; Id=2', []],
    ['a name behind a blank of another kind', '\u00a0id=1; \u2000id=2; \vid=3; \ufeffid=4', []],
    ['a blank of another kind around a value', 'id=\u00a0x\u00a0', ['\u00a0x\u00a0']],
  ]
  for (const [what, headers, values] of cases) {
    test(what, () => expect(cookieValues(headers, 'id')).toEqual(values))
  }

  test('finds what setCookie() has set, among any others', () => {
    const character = fc.constantFrom(..."!#$%&()*+-./09:<=>?@AZ[]^_`az{|}~'")
    const other = fc.string({ unit: fc.constantFrom('a', '=', ' ', '"', ',', '\t') })
    fc.assert(
      fc.property(fc.string({ unit: character }), fc.array(other), fc.array(other), (value, before, after) => {
        const [pair] = setCookie('__Host-id', value, { sameSite: 'Lax' }).split(';')
        expect(cookieValues([...before, pair, ...after].join(';'), '__Host-id')).toEqual([value])
      }),
    )
  })
})

describe('setCookie()', () => {
  test('sets what only this host reads, over TLS, and no script', () => {
    expect(setCookie('__Host-id', 'x', { sameSite: 'Strict' })).toBe(
      '__Host-id=x; Path=/; HttpOnly; Secure; SameSite=Strict',
    )
  })

  test('keeps it for whole seconds, at least one unless it is removed', () => {
    const life = (lifeMs: number) => setCookie('id', 'x', { sameSite: 'Lax', lifeMs })
    expect(life(60_000)).toBe('id=x; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Lax')
    expect(life(1)).toContain('Max-Age=1;')
    expect(life(0)).toContain('Max-Age=0;')
  })

  test('refuses what would be another cookie, and does not quote it', () => {
    const strict = { sameSite: 'Strict' } as const
    for (const [name, value, options] of [
      ['', 'secret', strict],
      ['a=b', 'secret', strict],
      ['a b', 'secret', strict],
      ['a', 'secret; Domain=example.com', strict],
      ['a', 'secret\r\nSet-Cookie: b=1', strict],
      ['a', 'secret,secret', strict],
      ['a', '"secret"', strict],
      ['a', 'secret\\', strict],
      ['a', 'secret é', strict],
      ['a', 'secret'.repeat(1000), strict],
      ['a', 'secret', { sameSite: 'None' }],
      ['a', 'secret', {}],
      ['a', 'secret', { ...strict, lifeMs: Number.NaN }],
      ['a', 'secret', { ...strict, lifeMs: -1 }],
      ['a', 'secret', { ...strict, lifeMs: Number.POSITIVE_INFINITY }],
    ] as const) {
      const error = (() => {
        try {
          return setCookie(name, value, options as never)
        } catch (thrown) {
          return thrown
        }
      })()
      expect(error).toMatchObject({ code: 'ERR_OPTION_INVALID' })
      expect((error as Error).message).not.toContain('secret')
    }
  })
})
