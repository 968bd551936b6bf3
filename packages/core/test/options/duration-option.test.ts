import { describe, expect, test } from '@jest/globals'

import { duration } from '../../src/options.ts'
import type { Duration } from '../../src/time.ts'
import { AT, message } from './reading.ts'

describe('duration()', () => {
  const reader = duration({ min: '1s', max: '1h', fallback: '30s' })
  const must = "must be a duration from '1s' to '1h', not"

  test('answers milliseconds', () => {
    expect(reader('1s', AT)).toBe(1000)
    expect(reader('60m', AT)).toBe(3_600_000)
    expect(reader(undefined, AT)).toBe(30_000)
  })

  test.each([
    [30, `${must} 30. Write '30s'.`],
    [1500, `${must} 1500. Write '1500s' or '1500ms'.`],
    [30_000, `${must} 30000. Write '30s'.`],
    [0, `${must} 0.`],
    [1e9, `${must} 1000000000.`],
    ['30', `${must} "30". Write '30s'.`],
    ['30 s', `${must} "30 s". Write '30s'.`],
    ['2 Minutes', `${must} "2 Minutes". Write '2m'.`],
    ['1 hr', `${must} "1 hr". Write '1h'.`],
    ['2 weeks', `${must} "2 weeks".`],
    ['500ms', `${must} "500ms".`],
    ['61m', `${must} "61m".`],
    ['-5s', `${must} "-5s".`],
    ['soon', `${must} a text of 4 characters.`],
    [NaN, `${must} NaN.`],
    [[30], `${must} a list.`],
  ])('of %j says: %s', (value, says) => {
    expect(message(reader, value)).toBe(says)
  })

  test('by default takes what a timer of node can wait', () => {
    expect(duration()('24d', AT)).toBeLessThan(2 ** 31)
    expect(message(duration(), '25d')).toBe("must be a duration from '1ms' to '24d', not \"25d\".")
    expect(message(duration(), '0s')).toContain('"0s"')
    expect(duration({ min: '0ms', max: '365d' })('90d', AT)).toBe(7_776_000_000)
    expect(message(duration({ max: '60d' }), '2 weeks')).toContain("Write '14d'.")
  })

  test('a table that contradicts itself is refused', () => {
    for (const bounds of [
      { min: '2s', max: '1s' },
      { min: '2s', fallback: '1s' },
      { fallback: '25d' },
      { max: 5 as never },
    ] as const) {
      expect(() => duration(bounds as { min?: Duration })).toThrow(
        expect.objectContaining({ code: 'ERR_OPTION_INVALID' }),
      )
    }
  })
})
