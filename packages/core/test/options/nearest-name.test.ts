import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { nearestName } from '../../src/options.ts'

test('the nearest name is suggested, and none where all are far', () => {
  const known = ['admin', 'administrator', 'viewer', 'key']
  expect(nearestName('admn', known)).toBe('admin')
  expect(nearestName('Viewer', known)).toBe('viewer')
  expect(nearestName('administrater', known)).toBe('administrator')
  expect(nearestName('kex', known)).toBe('key')
  expect(nearestName('kxx', known)).toBeUndefined()
  expect(nearestName('editor', known)).toBeUndefined()
  expect(nearestName('', known)).toBeUndefined()
})

test('a name with one letter wrong always finds the right one', () => {
  const known = ['capacity', 'refillPerSecond', 'key']
  fc.assert(
    fc.property(fc.constantFrom(...known), fc.nat(), fc.constantFrom('x', 'q', ''), (name, seed, letter) => {
      const at = seed % name.length
      const typo = name.slice(0, at) + letter + name.slice(at + 1)
      if (!known.includes(typo)) expect(nearestName(typo, known)).toBe(name)
    }),
  )
})
