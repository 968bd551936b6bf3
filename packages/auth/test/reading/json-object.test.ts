import { OptionPlace } from '@ashlar/core/options'
import { expect, test } from '@jest/globals'

import { jsonObject } from '../../src/reading/json-object.ts'

const read = (value: unknown) => jsonObject(value, new OptionPlace('x()', 'claims'))

test('an object is copied as JSON has it, and frozen to the bottom', () => {
  const given = { a: { b: [1, { c: 'd' }] }, gone: undefined, at: new Date(0) }
  const copy = read(given)
  given.a.b.push(2)
  expect(copy).toEqual({ a: { b: [1, { c: 'd' }] }, at: '1970-01-01T00:00:00.000Z' })
  expect(Object.isFrozen((copy['a'] as { b: object[] }).b[1])).toBe(true)
})

test('a character of two halves is whole, and an escape of NUL is none', () => {
  const given = { '😀': ['😀', '\\u0000', '\\ud83d'] }
  expect(read(given)).toEqual(given)
})

const circular: Record<string, unknown> = { hunter2: 1 }
circular['self'] = circular

test.each([
  ['a list', []],
  ['a Map, of which JSON would have nothing', new Map([['a', 1]])],
  ['a text', '{}'],
  ['null', null],
  ['a bigint within', { a: 1n }],
  ['a circle', circular],
  ['what becomes a list', { toJSON: () => [1] }],
  ['a text with NUL', { a: 'b\0' }],
  ['a text with NUL within', { a: [{ b: ['\0'] }] }],
  ['a name with NUL', { a: { '\0': 1 } }],
  ['half a character', { a: ['\ud83d'] }],
  ['a name with half a character', { '\udc00': 1 }],
  ['what becomes nothing', { toJSON: () => undefined }],
  [
    'what fails',
    {
      toJSON() {
        throw new Error('hunter2')
      },
    },
  ],
])('%s is none, and is not quoted', (_, value) => {
  expect(() => read(value)).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
  expect(() => read(value)).toThrow(expect.not.objectContaining({ cause: expect.anything() }))
})
