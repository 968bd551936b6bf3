import { expect, test } from '@jest/globals'

import { pairsOf, pairwise } from '../../src/consumers/pairwise.ts'

const factors = { a: ['1', '2', '3'], b: ['1', '2', '3'], c: ['1', '2'], d: ['1', '2'] } as const

test('every pair occurs, in fewer rows than there are combinations', () => {
  const rows = pairwise(factors, () => true)
  const pairs = new Set(rows.flatMap((row) => pairsOf(row)))
  expect(pairs.size).toBe(9 + 6 * 4 + 4)
  expect(rows.length).toBeLessThanOrEqual(12)
})

test('no row is one that is not allowed, and what only such rows have is not asked for', () => {
  const rows = pairwise(factors, ({ a, b, c }) => !(a === '1' && b === '1') && c === '1')
  expect(rows.filter(({ a, b, c }) => (a === '1' && b === '1') || c !== '1')).toEqual([])
  expect(new Set(rows.map(({ a, b }) => a + b)).size).toBe(8)
})

test('the same rows each time', () => {
  expect(pairwise(factors, () => true)).toEqual(pairwise(factors, () => true))
})
