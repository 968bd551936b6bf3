import { expect, test } from '@jest/globals'

import { compare } from '../../gate/compare.ts'
import type { Probe } from '../../gate/probe.ts'

const before = { name: 'abc1234', folder: new URL('file:///before/') }
const after = { name: 'present', folder: new URL('file:///after/') }
const quick = { rounds: 6, turns: 3, tolerance: 1.02, onRound() {} }

/** One case that takes the same in every turn; a build without a value does not have it. */
const probe = (contender: string, values: Readonly<Record<string, number>>, opened: string[] = []): Probe => ({
  async open({ name }) {
    opened.push(name)
    const value = values[name]
    if (value === undefined) return undefined
    let groups = 1
    return {
      next: async () => groups-- > 0,
      turn: async () => [{ case: 'koa', contender, unit: 'µs CPU a request', value }],
      close: async () => {},
    }
  },
})

test('each round opens both builds, and the first one changes', async () => {
  const opened: string[] = []
  await compare(before, after, [probe('ashlar', { abc1234: 20, present: 20 }, opened)], quick)
  expect(opened.slice(0, 4)).toEqual(['abc1234', 'present', 'present', 'abc1234'])
  expect(opened).toHaveLength(12)
})

test('a case that both builds have gets a verdict', async () => {
  const { comparisons } = await compare(before, after, [probe('ashlar', { abc1234: 20, present: 22 })], quick)
  expect(comparisons).toEqual([
    {
      ...{ case: 'koa', contender: 'ashlar', unit: 'µs CPU a request', better: 'lower' },
      ...{ median: 22, min: 22, max: 22, runs: 6 },
      against: { commit: 'abc1234', median: 20, min: 20, max: 20 },
      ratio: { estimate: 1.1, low: 1.1, high: 1.1 },
      tolerance: 1.02,
      verdict: 'slower',
    },
  ])
})

test('a case that one build alone has is said not to be compared', async () => {
  const probes = [probe('ashlar old', { abc1234: 20 }), probe('ashlar new', { present: 20 })]
  expect(await compare(before, after, probes, quick)).toEqual({
    comparisons: [],
    unpaired: ['koa ashlar old: only in abc1234', 'koa ashlar new: only in present'],
  })
})
