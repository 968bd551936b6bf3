import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { parseStrictObject } from '../../src/jwt/strict-json.ts'

const parse = (text: string) => parseStrictObject(Buffer.from(text))

test('reads every JSON object as JSON.parse does', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 6 })),
      fc.constantFrom(undefined, 2),
      (value, space) => {
        const text = JSON.stringify(value, null, space)
        expect(parse(text)).toEqual(JSON.parse(text))
      },
    ),
  )
})

test('refuses a member that appears twice, wherever and however it is spelt', () => {
  fc.assert(
    fc.property(fc.string(), fc.jsonValue({ maxDepth: 2 }), fc.jsonValue({ maxDepth: 2 }), (name, one, other) => {
      const escaped = `"${[...name].map((c) => [...Array(c.length).keys()].map((i) => `\\u${c.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')).join('')}"`
      const plain = `${JSON.stringify(name)}: ${JSON.stringify(one)}`
      expect(parse(`{${plain}, ${escaped} : ${JSON.stringify(other)}}`)).toBeUndefined()
      expect(parse(`{"outer": [{${plain}, ${escaped}:${JSON.stringify(other)}}]}`)).toBeUndefined()
    }),
  )
})

test.each([
  ['text', '"a"'],
  ['an array', '[]'],
  ['null', 'null'],
  ['nothing', ''],
  ['half', '{"a":1'],
  ['an open string', '{"a'],
  ['two values', '{}{}'],
  ['a trailing comma', '{"a":1,}'],
  ['a member outside an object', '"a":1'],
  ['a broken escape in a name', '{"\\x":1}'],
  ['17 levels', `{"a":${'['.repeat(16)}${']'.repeat(16)}}`],
])('refuses %s', (_, text) => {
  expect(parse(text)).toBeUndefined()
})

test('refuses bytes that are no UTF-8', () => {
  expect(parseStrictObject(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))).toBeUndefined()
})

test('the same name in two objects is no repetition', () => {
  expect(parse('{"a":{"b":1},"c":{"b":2},"d":[{"b":1},{"b":1}]}')).toBeDefined()
})
