import { OptionPlace } from '@ashlar/core/options'
import { expect, test } from '@jest/globals'

import { instant } from '../../src/reading/instant.ts'

const read = (value: unknown) => instant(value, new OptionPlace('x()', 'at'))

test('a time is in whole milliseconds since the Unix epoch', () => {
  expect(read(1_700_000_000_000)).toBe(1_700_000_000_000)
  expect(read(1_700_000_000_000.2)).toBe(1_700_000_000_001)
})

test.each([
  [1_700_000_000, 'write 1700000000000'],
  [new Date(), 'date.getTime()'],
  ['2030-01-01', 'Date.parse'],
  [Number.NaN, 'milliseconds'],
  [Number.POSITIVE_INFINITY, 'milliseconds'],
  [0, 'milliseconds'],
  [-1_700_000_000_000, 'milliseconds'],
  [null, 'milliseconds'],
  ['1700000000000', 'milliseconds'],
  [undefined, 'required'],
])('%p is none, and the message says what to write', (value, says) => {
  expect(() => read(value)).toThrow(says)
})
