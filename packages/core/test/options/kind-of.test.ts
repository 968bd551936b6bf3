import { expect, test } from '@jest/globals'
import { kindOf, quoted } from '../../src/options.ts'

test('kindOf() and quoted() say what a value is', () => {
  expect([undefined, null, '', 'a', 'ab', 5, 5n, Symbol('s'), [], [1], {}, /x/, new Error('x')].map(kindOf)).toEqual([
    'undefined',
    'null',
    'an empty text',
    'a text of 1 character',
    'a text of 2 characters',
    '5',
    'a bigint',
    'a symbol',
    'an empty list',
    'a list',
    'an object',
    'a RegExp',
    'an Error',
  ])
  expect(quoted('a"b\n')).toBe('"a\\"b\\n"')
  expect(quoted('x'.repeat(50))).toBe(`"${'x'.repeat(40)}…"`)
  expect(quoted(7)).toBe('7')
})
