import { describe, expect, test } from '@jest/globals'

import { number, wholeNumber } from '../../src/options.ts'
import { AT, message } from './reading.ts'

describe('number() and wholeNumber()', () => {
  test.each([
    [
      number({ min: 0, max: 1 }),
      '0.5',
      'must be a number from 0 to 1, not a text of 3 characters. Write 0.5, without quotation marks.',
    ],
    [number({ min: 0, max: 1 }), '5', 'must be a number from 0 to 1, not a text of 1 character.'],
    [wholeNumber({ min: 1 }), 1.5, 'must be a whole number of at least 1, not 1.5.'],
    [wholeNumber({ min: 1 }), '1e3', 'must be a whole number of at least 1, not a text of 3 characters.'],
    [wholeNumber({ min: 1 }), undefined, 'is required. It is a whole number of at least 1.'],
  ])('%#', (reader, value, says) => {
    expect(message(reader, value)).toBe(says)
  })

  test('minus zero is zero', () => {
    expect(Object.is(wholeNumber({ min: 0 })(-0, AT), 0)).toBe(true)
  })

  test('a table that contradicts itself is refused', () => {
    for (const bounds of [{ min: 2, max: 1 }, { min: NaN }, { min: 1, fallback: 0 }, { min: 0, fallback: 0.5 }]) {
      expect(() => wholeNumber(bounds)).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
    }
  })
})
