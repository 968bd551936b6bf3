import { expect, test } from '@jest/globals'

import type { Build } from '../../gate/build.ts'
import type { Probe } from '../../gate/probe.ts'
import { roundOf } from '../../gate/round.ts'

const build = (name: string): Build => ({ name, folder: new URL(`file:///${name}/`) })

/** A build's groups of cases, each with what its turns take one after another. */
type Groups = readonly Readonly<Record<string, readonly number[]>>[]

const probe = (builds: Readonly<Record<string, Groups>>, log: string[] = []): Probe => ({
  async open({ name }) {
    const groups = builds[name]
    if (!groups) return undefined
    let at = -1
    let turns = 0
    return {
      async next() {
        turns = 0
        return ++at < groups.length
      },
      async turn() {
        const turn = turns++
        log.push(name)
        return Object.entries(groups[at] ?? {}).map(([contender, values]) => ({
          ...{ case: 'chain', contender, unit: 'ns CPU a call' },
          value: values[turn % values.length] ?? 0,
        }))
      },
      async close() {
        log.push(`${name} closed`)
      },
    }
  },
})

test('the builds take short turns, and so does the one that goes first', async () => {
  const log: string[] = []
  const groups = [{ ashlar: [1] }]
  await roundOf(probe({ a: groups, b: groups }, log), [build('a'), build('b')], 4)
  expect(log).toEqual(['a', 'b', 'b', 'a', 'a', 'b', 'b', 'a', 'a closed', 'b closed'])
})

test('turns that something disturbed do not count', async () => {
  const a = build('a')
  const result = await roundOf(probe({ a: [{ ashlar: [10, 11, 900, 12, 10, 11, 500, 12, 10, 70] }] }), [a], 10)
  expect(result.get(a)).toEqual([expect.objectContaining({ contender: 'ashlar', value: 76 / 7 })])
})

test('every group of cases is measured, also those that one build alone has', async () => {
  const [a, b] = [build('a'), build('b')]
  const builds = { a: [{ one: [1], two: [2] }], b: [{ one: [3], two: [4] }, { three: [5] }] }
  const result = await roundOf(probe(builds), [a, b], 2)
  const figures = (of: Build) => result.get(of)?.map(({ contender, value }) => [contender, value])
  expect(figures(a)).toEqual([
    ['one', 1],
    ['two', 2],
  ])
  expect(figures(b)).toEqual([
    ['one', 3],
    ['two', 4],
    ['three', 5],
  ])
})
