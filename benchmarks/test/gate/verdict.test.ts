import { describe, expect, test } from '@jest/globals'

import { unseenPercent, verdictOf } from '../../gate/verdict.ts'

const interval = (low: number, high: number) => ({ estimate: (low + high) / 2, low, high })

describe('verdictOf', () => {
  test.each([
    ['the whole interval above the tolerance', 1.021, 1.09, 'slower'],
    ['an interval that touches the tolerance', 1.02, 1.09, 'no difference seen'],
    ['an interval above one, within the tolerance', 1.005, 1.09, 'no difference seen'],
    ['an interval around one', 0.9, 1.1, 'no difference seen'],
    ['an interval below one, within the tolerance', 0.9, 0.99, 'no difference seen'],
    ['the whole interval below the tolerance', 0.9, 0.98, 'faster'],
  ])('%s', (_, low, high, verdict) => {
    expect(verdictOf(interval(low, high), 1.02)).toBe(verdict)
  })
})

test('unseenPercent is the end of the interval that is farther from one', () => {
  expect(unseenPercent(interval(0.97, 1.01))).toBeCloseTo(3)
  expect(unseenPercent(interval(0.995, 1.04))).toBeCloseTo(4)
})
