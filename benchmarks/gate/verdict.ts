import type { Interval } from './interval.ts'

export type Verdict = 'slower' | 'faster' | 'no difference seen'

/** Says something only where the whole interval lies beyond the tolerance: 1.02 ignores what costs less than 2 %. */
export function verdictOf({ low, high }: Interval, tolerance: number): Verdict {
  if (low > tolerance) return 'slower'
  if (high < 1 / tolerance) return 'faster'
  return 'no difference seen'
}

/** The greatest difference that the interval leaves possible, in per cent. */
export function unseenPercent({ low, high }: Interval): number {
  return Math.max(Math.abs(high - 1), Math.abs(1 - low)) * 100
}
