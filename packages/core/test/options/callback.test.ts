import { expect, test } from '@jest/globals'
import { callback } from '../../src/options.ts'
import { AT, message } from './reading.ts'

test('callback() answers the function itself', () => {
  const fn = () => 1
  expect(callback<() => number>()(fn, AT)).toBe(fn)
  expect(message(callback(), 'fn')).toBe('must be a function, not a text of 2 characters.')
})
