import { expect, test } from '@jest/globals'

import { fakeClock } from '../src/index.ts'

test('a fake clock stands still until it is told to move', () => {
  const clock = fakeClock()
  expect(clock.now()).toBe(Date.UTC(2026, 0, 1))
  clock.advance(1500)
  expect(clock.now()).toBe(Date.UTC(2026, 0, 1) + 1500)
  clock.set(7)
  expect(clock.now()).toBe(7)
  expect(fakeClock(3).now()).toBe(3)
})
