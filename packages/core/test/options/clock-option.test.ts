import { describe, expect, test } from '@jest/globals'

import { clock } from '../../src/options.ts'
import { systemClock } from '../../src/time.ts'
import { AT, message } from './reading.ts'

describe('clock', () => {
  test('is the system’s where it is left out, and any object with now() otherwise', () => {
    expect(clock(undefined, AT)).toBe(systemClock)
    expect(clock(Date, AT)).toBe(Date)
    const own = {
      time: 5,
      now() {
        return this.time
      },
    }
    expect(clock(own, AT)).toBe(own)
  })

  test.each([
    [{ now: () => new Date() }, 'it answers a Date.'],
    [{ now: () => Number.NaN }, 'it answers NaN.'],
    [{ now: async () => 1 }, 'it answers a promise.'],
    [{ now: 5 }, 'not an object.'],
    [() => 5, 'not a function.'],
  ])('refuses %#', (value, says) => {
    expect(message(clock, value)).toContain(says)
  })
})
