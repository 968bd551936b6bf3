import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { pathOf, searchOf } from '../../src/request/target.ts'

test('a target is its path and its search', () => {
  fc.assert(
    fc.property(fc.string(), (target) => {
      expect(pathOf(target) + searchOf(target)).toBe(target)
      expect(pathOf(target)).not.toContain('?')
    }),
  )
})
