import type { ParseArgsConfig } from 'node:util'

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

/** What stood on the command line after the subject. */
export interface Given {
  readonly values: Readonly<Record<string, unknown>>
  readonly positionals: readonly string[]
}

/** Measures, and says what came out. */
export type Bench<Row extends Result = Result> = (given: Given) => Promise<readonly Row[]>

/** What a subject's module exports. */
export interface Subject<Row extends Result = Result> {
  readonly bench: Bench<Row>
  /** Its own options on the command line, beside `--json`. */
  readonly options?: ParseArgsConfig['options']
  /** Prints the results otherwise than as a table a case. */
  readonly print?: (results: readonly Row[]) => void
  /** Whether the results are a reason to exit with 1. */
  readonly failed?: (results: readonly Row[]) => boolean
}

/** Median, minimum and maximum of the samples of one contender. */
export function summarize(
  about: Pick<Result, 'case' | 'contender' | 'unit' | 'better'>,
  samples: readonly number[],
): Result {
  return {
    ...about,
    median: round(median(samples)),
    min: round(Math.min(...samples)),
    max: round(Math.max(...samples)),
    runs: samples.length,
  }
}

export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

function round(value: number): number {
  return Number(value.toPrecision(4))
}
