import type { Clock } from '@ashlar/core/time'

/** A clock that stands still until it is told to move. */
export interface FakeClock extends Clock {
  advance(ms: number): void
  set(now: number): void
}

/**
 * @param start milliseconds since the Unix epoch; default 2026-01-01T00:00:00Z
 * @example
 * const clock = fakeClock()
 * const guard = rateLimit({ name: 'api', policy, store: memoryRateLimits({ clock }) })
 * clock.advance(60_000)
 */
export function fakeClock(start: number = Date.UTC(2026, 0, 1)): FakeClock {
  let now = start
  return {
    now: () => now,
    advance(ms) {
      now += ms
    },
    set(time) {
      now = time
    },
  }
}
