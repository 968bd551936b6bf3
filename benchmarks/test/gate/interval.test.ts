import { describe, expect, test } from '@jest/globals'

import { ratioInterval } from '../../gate/interval.ts'

/** Pairs that a machine made slower by up to half, both of them together, and each on its own by up to 1 %. */
function pairs(count: number, ratio: number): { before: number[]; after: number[] } {
  const before: number[] = []
  const after: number[] = []
  for (let index = 0; index < count; index++) {
    const machine = 1 + ((index * 7) % 11) / 22
    before.push(100 * machine * (1 + ((index * 5) % 13) / 1300))
    after.push(100 * ratio * machine * (1 + ((index * 3) % 17) / 1700))
  }
  return { before, after }
}

describe('ratioInterval', () => {
  test('finds the ratio of the pairs, whatever slows both of a pair', () => {
    const { before, after } = pairs(15, 1.05)
    const { estimate, low, high } = ratioInterval(before, after)
    expect(estimate).toBeCloseTo(1.05, 2)
    expect(low).toBeGreaterThan(1.04)
    expect(high).toBeLessThan(1.06)
  })

  test('of equal samples is exactly one', () => {
    expect(ratioInterval([3, 5, 4], [3, 5, 4])).toEqual({ estimate: 1, low: 1, high: 1 })
  })

  test('gives the same interval for the same samples and seed, and hardly another for another seed', () => {
    const { before, after } = pairs(15, 1)
    const first = ratioInterval(before, after)
    expect(ratioInterval(before, after)).toEqual(first)
    const other = ratioInterval(before, after, { seed: 2 })
    expect(other.low).toBeCloseTo(first.low, 2)
    expect(other.high).toBeCloseTo(first.high, 2)
  })

  test('is not moved by a few torn pairs', () => {
    const { before, after } = pairs(15, 1)
    after[3] = after[3]! * 4
    after[8] = after[8]! * 3
    const { estimate, high } = ratioInterval(before, after)
    expect(estimate).toBeCloseTo(1, 2)
    expect(high).toBeLessThan(1.01)
  })

  test('holds the true ratio about 95 times in 100', () => {
    let state = 12345
    const uniform = (): number => (state = (state * 16807) % 2147483647) / 2147483647
    const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
    let held = 0
    for (let trial = 0; trial < 400; trial++) {
      const before = Array.from({ length: 15 }, () => 100 * Math.exp(0.02 * normal()))
      const after = Array.from({ length: 15 }, () => 103 * Math.exp(0.02 * normal()))
      const { low, high } = ratioInterval(before, after, { resamples: 500, seed: trial + 1 })
      if (low <= 1.03 && 1.03 <= high) held++
    }
    expect(held / 400).toBeGreaterThan(0.92)
    expect(held / 400).toBeLessThan(0.99)
  })

  test('refuses samples that are not pairs of positive numbers', () => {
    expect(() => ratioInterval([1, 2], [1])).toThrow('pairs')
    expect(() => ratioInterval([], [])).toThrow('pairs')
    expect(() => ratioInterval([0], [1])).toThrow('positive')
    expect(() => ratioInterval([1], [Number.NaN])).toThrow('positive')
  })
})
