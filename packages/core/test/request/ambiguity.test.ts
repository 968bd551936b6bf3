import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import { type Ambiguity, ambiguityOf } from '../../src/request/ambiguity.ts'
import { pathOf } from '../../src/request/target.ts'

const FORMS: Readonly<Record<Ambiguity, readonly string[]>> = {
  'another form': ['', 'x', '*', 'http://x/admin', 'x:80', '?', '\\x'],
  'an empty segment': ['//', '//x', '/x//y', '/x//', '/x//?a'],
  'a dot segment': ['/.', '/..', '/./x', '/../x', '/x/../y', '/x/.', '/x/..', '/x/.?a', '/x/..?a'],
  'a foreign character': [
    ...['/x\\y', '/x#y', '/x\ty', '/x y', '/x\0', '/x\x7f', '/x\x80', '/x\xa0', '/é', '/\u2028', '/\ufeff'],
    ...['/x?a#', '/x?#', '/x? ', '/x?a\t=1', '/x?a\n', '/x?\0', '/x?\x7f', '/x?a\xa0', '/x?a\ufeff'],
  ],
  'a broken escape': ['/x%', '/x%4', '/x%zz', '/x%4z', '/x%z4', '/x%?41', '/x%%41', '/%u0061', '/%\u0664\u0661'],
  'a needless escape': ['/%61dmin', '/x%2E', '/%2e%2e/x', '/%41', '/%5a', '/%30', '/%39', '/%2d', '/%5F', '/a%61?b'],
  'a hidden separator': ['/x%2fy', '/x%2Fy', '/x%5cy', '/x%5C', '/x%00'],
}

describe('an ambiguous target', () => {
  for (const [ambiguity, targets] of Object.entries(FORMS)) {
    for (const target of targets) {
      test(`${JSON.stringify(target)}: ${ambiguity}`, () => expect(ambiguityOf(target)).toBe(ambiguity))
    }
  }

  test('is not one with dots, percents and signs in their place', () => {
    for (const target of [
      ...['/', '/.well-known/x', '/a.b', '/a..b', '/...', '/..a', '/.a', '/a.', '/a./b', '/x/', '/x/?a'],
      ...['/a%20b', '/a%252f', '/%25', '/%7E', '/~', '/%40', '/%3A', '/%C3%A9', '/%ff', '/%0a', '/%3f', '/%23'],
      ...['/a:b;c=d,e@f!$&', '/a|b^c`{}<>"[]', '/x?', '/x?/../a//b', '/x?a=%2f%2e%61%zz%', '/x?a=\\', '/x?a=é'],
    ]) {
      expect([target, ambiguityOf(target)]).toEqual([target, undefined])
    }
    expect([ambiguityOf('*', 'OPTIONS'), ambiguityOf('*', 'GET')]).toEqual([undefined, 'another form'])
  })

  test('is each escape of a character that needs none, of a separator and of NUL, and no other', () => {
    const found = [...Array(256).keys()].filter((code) => {
      const hex = code.toString(16).padStart(2, '0')
      const spellings = [`/${'x'.repeat(code % 3)}%${hex}`, `/a%${hex.toUpperCase()}/b`, `/%C3%A9%${hex}?q`]
      const answers = new Set(spellings.map((target) => ambiguityOf(target) !== undefined))
      expect(answers.size).toBe(1)
      return answers.has(true)
    })
    expect(String.fromCharCode(...found)).toBe('\0-./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ\\_abcdefghijklmnopqrstuvwxyz')
  })

  test('is none that browsers, curl, Go, Java, Python and JavaScript make of data', () => {
    const data = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
    const java = (text: string): string => new URLSearchParams([['', text]]).toString().slice(1)
    const python = (text: string): string =>
      encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)
    const browser = (text: string): string => new URL(`http://x/a${text.replaceAll('%', '')}`).pathname.slice(1)
    fc.assert(
      fc.property(data, (text) => {
        for (const way of [encodeURIComponent, java, python, browser]) {
          const sent = way(text.replace(/[/\\\0]|^\.+$/g, 'x'))
          expect([text, sent, ambiguityOf(`/${sent}`)]).toEqual([text, sent, undefined])
        }
      }),
    )
  })

  test('is every one that a URL parser reads differently', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'/.\\%2eEfF5cA:#? a;@\t\xa0'), maxLength: 12 }), (text) => {
        const path = pathOf(`/${text}`)
        const read = URL.canParse(path, 'http://x') ? new URL(path, 'http://x').pathname : undefined
        if (read !== path) expect([path, ambiguityOf(path) !== undefined]).toEqual([path, true])
      }),
      { numRuns: 5000 },
    )
  })
})
