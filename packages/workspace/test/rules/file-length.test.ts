import { expect, test } from '@jest/globals'

import { fileLength } from '../../src/rules/file-length.ts'
import { faults, plantedHouse } from './planted-house.ts'

const lines = (count: number) => 'go()\n'.repeat(count)

test('251 lines are too many, 250 are not', () => {
  expect(faults(fileLength, plantedHouse({ core: { 'src/a/b.ts': lines(251) } }))).toEqual([
    'src/a/b.ts has 251 lines, of at most 250',
  ])
  expect(faults(fileLength, plantedHouse({ core: { 'src/a/b.ts': lines(250) } }))).toEqual([])
})

test('a test may be longer', () => {
  expect(faults(fileLength, plantedHouse({ core: { 'test/a.test.ts': lines(300) } }))).toEqual([])
})
