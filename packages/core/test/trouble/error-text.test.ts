import { expect, test } from '@jest/globals'

import { UnavailableError } from '../../src/index.ts'
import { errorText } from '../../src/trouble/error-text.ts'

const fail = (): never => {
  throw new Error('unreadable')
}

test.each([
  [new Error('connection lost'), 'connection lost'],
  [new TypeError('x is not a function'), 'TypeError: x is not a function'],
  [new UnavailableError('The store failed.'), 'UnavailableError: The store failed.'],
  [Object.assign(new AggregateError([new Error('a')]), { code: 'ECONNREFUSED' }), 'AggregateError: ECONNREFUSED'],
  [Object.assign(new Error(''), { code: 'ECONNRESET' }), 'ECONNRESET'],
  [new Error(''), 'Error'],
  [{ message: 'plain' }, 'plain'],
  ['text', 'text'],
  [undefined, 'undefined'],
  [null, 'null'],
  [7, '7'],
  [Symbol('s'), 'Symbol(s)'],
  [Object.create(null), 'an error that can’t be read'],
  [{ toString: fail }, 'an error that can’t be read'],
  [new Proxy(new Error('x'), { get: fail }), 'an error that can’t be read'],
  [new Error('two\nlines\t!'), 'two lines !'],
])('of %#', (error, text) => {
  expect(errorText(error)).toBe(text)
})

test('is short', () => {
  expect(errorText(new Error('x'.repeat(10_000)))).toHaveLength(500)
})
