import { expect, test } from '@jest/globals'

import { systemClock } from '../../src/time.ts'

test('the system’s clock tells the time of day', () => {
  const before = Date.now()
  const now = systemClock.now()
  expect(now).toBeGreaterThanOrEqual(before)
  expect(now).toBeLessThanOrEqual(Date.now())
})
