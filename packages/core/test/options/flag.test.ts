import { expect, test } from '@jest/globals'
import { flag } from '../../src/options.ts'
import { message } from './reading.ts'

test('flag() tells the words from the values', () => {
  expect(message(flag(), 'false')).toBe(
    'must be true or false, not a text of 5 characters. Write false, without quotation marks.',
  )
})
