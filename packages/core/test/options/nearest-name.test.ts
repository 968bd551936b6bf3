import { expect, test } from '@jest/globals'

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
