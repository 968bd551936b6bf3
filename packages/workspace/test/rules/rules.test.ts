import { expect, test } from '@jest/globals'

import { fileLength } from '../../src/rules/file-length.ts'
import { RULES, report, violations } from '../../src/rules/rules.ts'
import { plantedHouse } from './planted-house.ts'

const house = plantedHouse({ core: { 'src/long.ts': 'a()\n'.repeat(300), 'src/short.ts': 'a()' } })
const [home] = house.packages
const exception = {
  rule: 'file-length',
  package: 'core',
  file: 'src/long.ts',
  because: 'A table of names that is read as a whole.',
}

test('names are unique', () => {
  expect(new Set(RULES.map(({ name }) => name)).size).toBe(RULES.length)
})

test('a report names place, fault and reason', () => {
  const found = violations(fileLength, home!, house, [])
  expect(report(fileLength, home!, found)).toBe(
    `packages/core/src/long.ts has 300 lines, of at most 250\nfile-length: ${fileLength.because}`,
  )
  expect(report(fileLength, home!, [])).toBe('')
})

test('an exception with a reason holds, for its own rule and package', () => {
  expect(violations(fileLength, home!, house, [exception])).toEqual([])
  expect(violations(fileLength, home!, house, [{ ...exception, package: 'auth' }]).length).toBe(1)
  expect(violations(fileLength, home!, house, [{ ...exception, rule: 'circles' }]).length).toBe(1)
})

test('an exception without a reason is a fault', () => {
  expect(violations(fileLength, home!, house, [{ ...exception, because: ' ' }])).toEqual([
    { file: 'src/long.ts', says: 'is an exception without a reason' },
  ])
})

test('an exception without a fault is a fault', () => {
  const [first, second] = violations(fileLength, home!, house, [exception, { ...exception, file: 'src/short.ts' }])
  expect(first).toEqual({ file: 'src/short.ts', says: 'is an exception, but has no fault: take it off the list' })
  expect(second).toBeUndefined()
})
