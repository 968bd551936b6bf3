import { describe, expect, test } from '@jest/globals'

import { oneOf } from '../../src/options.ts'
import { AT, message } from './reading.ts'

describe('oneOf()', () => {
  const reader = oneOf(['strict', 'lax'], { fallback: 'strict', unsafe: { none: 'sends it from every site' } })

  test.each([
    ['Strict', "must be one of 'strict', 'lax', not \"Strict\". Did you mean 'strict'?"],
    ['constructor', "must be one of 'strict', 'lax', not \"constructor\"."],
    [false, "must be one of 'strict', 'lax', not false."],
  ])('of %j', (value, says) => {
    expect(message(reader, value)).toBe(says)
  })

  test('refuses what is unsafe with why', () => {
    expect(() => reader('none', AT)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION_UNSAFE', message: 'x(): "option" "none" sends it from every site.' }),
    )
  })
})
