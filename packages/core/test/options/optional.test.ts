import { afterEach, expect, jest, test } from '@jest/globals'

import { orElse, text } from '../../src/options.ts'
import { AT } from './reading.ts'

afterEach(() => {
  jest.restoreAllMocks()
})

test('orElse() makes the default only where it is needed', () => {
  const make = jest.fn(() => 'made')
  const reader = orElse(text(), make)
  expect(reader('given', AT)).toBe('given')
  expect(make).not.toHaveBeenCalled()
  expect(reader(undefined, AT)).toBe('made')
})
