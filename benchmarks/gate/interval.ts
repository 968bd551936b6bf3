import { median } from '../result.ts'

/** An estimate, and what it may as well be: 95 times in 100 the truth lies between `low` and `high`. */
export interface Interval {
  readonly estimate: number
  readonly low: number
  readonly high: number
}

export interface ResamplingOptions {
  /** Default 10 000. */
  readonly resamples?: number
  /** The same seed and samples give the same interval. Default 1. */
  readonly seed?: number
}

/**
 * How much more `after` is than `before`: the median ratio of the pairs, with a bootstrap interval. What a noisy machine
 * does to one pair it does to both of its halves; the median leaves alone a pair that was torn.
 */
export function ratioInterval(
  before: readonly number[],
  after: readonly number[],
  { resamples = 10_000, seed = 1 }: ResamplingOptions = {},
): Interval {
  if (before.length !== after.length || before.length === 0) throw new RangeError('The samples must come in pairs.')
  const ratios = before.map((value, index) => after[index]! / value)
  if (!ratios.every((ratio) => ratio > 0 && ratio < Number.POSITIVE_INFINITY))
    throw new RangeError('A sample must be a positive number.')
  const random = randomOf(seed)
  const medians = Array.from({ length: resamples }, () => median(ratios.map(() => ratios[random(ratios.length)]!)))
  medians.sort((a, b) => a - b)
  return {
    estimate: median(ratios),
    low: medians[Math.floor(resamples * 0.025)]!,
    high: medians[Math.ceil(resamples * 0.975) - 1]!,
  }
}

/** Whole numbers below a bound, the same ones for the same seed: a xorshift. */
function randomOf(seed: number): (below: number) => number {
  let state = Math.imul(seed, 0x9e3779b9) | 0 || 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return Math.floor(((state >>> 0) / 2 ** 32) * below)
  }
}
