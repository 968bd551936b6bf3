import type { Duration } from '@ashlar/core/time'
import { fakeClock } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import { fixedWindow, memoryRateLimits, type Policy, slidingWindow, tokenBucket } from '../../src/index.ts'
import { brokenPromise } from './reference-model.ts'

const DAY = 86_400_000

const windows = fc.integer({ min: 100, max: 100 * DAY }).map((ms): Duration => `${ms}ms`)

const policies: fc.Arbitrary<Policy> = fc.oneof(
  fc
    .record({
      capacity: fc.integer({ min: 1, max: 50 }),
      refillPerSecond: fc.double({ min: 1e-6, max: 1000, noNaN: true }),
    })
    .map(tokenBucket),
  fc.record({ limit: fc.integer({ min: 1, max: 50 }), window: windows }).map(fixedWindow),
  fc.record({ limit: fc.integer({ min: 1, max: 50 }), window: windows }).map(slidingWindow),
)

/** A step: time that passes as a share of the window (negative where the clock is set back), and what is asked for. */
const steps = fc.array(
  fc.record({
    share: fc.oneof(
      fc.constant(0),
      fc.double({ min: 0, max: 0.3, noNaN: true }),
      fc.double({ min: 0, max: 3, noNaN: true }),
      fc.double({ min: -3, max: 0, noNaN: true }),
    ),
    cost: fc.integer({ min: 0, max: 60 }),
  }),
  { minLength: 1, maxLength: 120 },
)

describe('for any sequence of times and costs', () => {
  test('no window admits more than the policy says, and what is refused would be too much', () => {
    fc.assert(
      fc.property(policies, steps, fc.integer({ min: 0, max: 200 * DAY }), (policy, sequence, offset) => {
        const clock = fakeClock(Date.UTC(2026, 0, 1) + offset)
        const ledger = memoryRateLimits({ clock }).open({ name: 'model', policies: [policy] })
        // Time as the promise counts it: only what the clock went forward.
        let time = clock.now()
        const admissions: { time: number; cost: number }[] = []
        for (const { share, cost } of sequence) {
          const step = Math.trunc(share * policy.windowMs)
          clock.advance(step)
          time += Math.max(0, step)
          const before = ledger.take('key', 0).standings[0]!.remaining
          const { admitted, standings } = ledger.take('key', cost)
          const { remaining, growsInMs, resetInMs, retryInMs } = standings[0]!
          expect(admitted).toBe(cost <= before)
          expect(remaining).toBe(admitted ? before - cost : before)
          expect(growsInMs).toBeLessThanOrEqual(resetInMs)
          expect(retryInMs > 0).toBe(!admitted)
          if (admitted && cost > 0) admissions.push({ time, cost })
        }
        expect(brokenPromise(policy, admissions)).toBeUndefined()
      }),
      { numRuns: 500 },
    )
  })

  test('what is refused is admitted once the stated time has passed, and not a millisecond earlier', () => {
    fc.assert(
      fc.property(policies, steps, (policy, sequence) => {
        const clock = fakeClock(Date.UTC(2026, 0, 1))
        const ledger = memoryRateLimits({ clock }).open({ name: 'model', policies: [policy] })
        for (const { share, cost } of sequence) {
          clock.advance(Math.trunc(share * policy.windowMs))
          const { admitted, standings } = ledger.take('key', cost)
          if (admitted || cost > policy.limit) continue
          const { retryInMs } = standings[0]!
          const early = Math.max(0, Math.floor(retryInMs - 0.01))
          clock.advance(early)
          expect(ledger.take('key', cost).admitted).toBe(false)
          clock.advance(Math.ceil(retryInMs) - early)
          expect(ledger.take('key', cost).admitted).toBe(true)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('several policies at once keep each one’s promise, and take from all or from none', () => {
    fc.assert(
      fc.property(fc.array(policies, { minLength: 2, maxLength: 4 }), steps, (several, sequence) => {
        const clock = fakeClock(Date.UTC(2026, 0, 1))
        const ledger = memoryRateLimits({ clock }).open({ name: 'model', policies: several })
        let time = clock.now()
        const admissions: { time: number; cost: number }[] = []
        for (const { share, cost } of sequence) {
          const step = Math.trunc(share * several[0]!.windowMs)
          clock.advance(step)
          time += Math.max(0, step)
          const before = ledger.take('key', 0).standings.map(({ remaining }) => remaining)
          const { admitted, standings } = ledger.take('key', cost)
          expect(admitted).toBe(before.every((remaining) => cost <= remaining))
          expect(standings.map(({ remaining }) => remaining)).toEqual(before.map((r) => (admitted ? r - cost : r)))
          if (admitted && cost > 0) admissions.push({ time, cost })
        }
        for (const policy of several) expect(brokenPromise(policy, admissions)).toBeUndefined()
      }),
      { numRuns: 200 },
    )
  })
})
