/** One contender's figure in one case. */
export interface Result {
  readonly case: string
  readonly contender: string
  readonly unit: string
  readonly better: 'higher' | 'lower'
  readonly median: number
  readonly min: number
  readonly max: number
  readonly runs: number
}

/** What a subject's module exports. */
export type Bench = () => Promise<Result[]>

/** Median, minimum and maximum of the samples of one contender. */
export function summarize(
  about: Pick<Result, 'case' | 'contender' | 'unit' | 'better'>,
  samples: readonly number[],
): Result {
  const sorted = samples.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
  return { ...about, median: round(median), min: round(sorted[0]!), max: round(sorted.at(-1)!), runs: sorted.length }
}

function round(value: number): number {
  return Number(value.toPrecision(4))
}
