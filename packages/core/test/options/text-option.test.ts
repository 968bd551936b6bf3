import { expect, test } from '@jest/globals'
import { text } from '../../src/options.ts'
import { AT, message } from './reading.ts'

test('text() quotes only where the table says so, and keeps no memory of what it matched', () => {
  expect(message(text({ pattern: /^[a-z]+$/, says: 'a name in lower case', quote: true }), 'A\n')).toBe(
    'must be a name in lower case, not "A\\n".',
  )
  expect(message(text({ pattern: /^[a-z]+$/ }), 'Secret')).toBe(
    'must be a text that matches /^[a-z]+$/, not a text of 6 characters.',
  )
  expect(message(text(), 1234567)).toBe('must be a text that is not empty, not a number.')
  const sticky = text({ pattern: /a/gy })
  expect([sticky('a', AT), sticky('a', AT)]).toEqual(['a', 'a'])
})
