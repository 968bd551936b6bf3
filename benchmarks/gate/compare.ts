import { type Result, summarize } from '../result.ts'
import type { Build } from './build.ts'
import { type Interval, ratioInterval } from './interval.ts'
import { nameOf, type Probe, type Reading } from './probe.ts'
import { roundOf } from './round.ts'
import { type Verdict, verdictOf } from './verdict.ts'

/** A case in the present build, beside the same in another. */
export interface Comparison extends Result {
  readonly against: { readonly commit: string; readonly median: number; readonly min: number; readonly max: number }
  readonly ratio: Interval
  readonly tolerance: number
  readonly verdict: Verdict
}

export interface Compared {
  readonly comparisons: readonly Comparison[]
  /** Cases that one build alone has, with the build's name. */
  readonly unpaired: readonly string[]
}

export interface CompareOptions {
  readonly rounds: number
  /** Turns of each build in a round. */
  readonly turns: number
  readonly tolerance: number
  readonly onRound: (round: number) => void
}

/**
 * Measures every probe in both builds, round after round. Within a round a process of each takes short turns, so that
 * the machine's noise falls on both; each round has fresh processes, because how the compiler and the heap happen to
 * fall out differs from one to the next and belongs into the interval. Who goes first changes every time.
 */
export async function compare(
  before: Build,
  after: Build,
  probes: readonly Probe[],
  { rounds, turns, tolerance, onRound }: CompareOptions,
): Promise<Compared> {
  const samples = new Map<string, { readonly about: Reading; readonly values: Map<Build, number[]> }>()
  for (let round = 0; round < rounds; round++) {
    for (const [index, probe] of probes.entries()) {
      const order = (round + index) % 2 === 0 ? [before, after] : [after, before]
      for (const [build, readings] of await roundOf(probe, order, turns)) {
        for (const reading of readings) {
          const name = nameOf(reading)
          if (!samples.has(name)) samples.set(name, { about: reading, values: new Map() })
          const { values } = samples.get(name)!
          if (!values.has(build)) values.set(build, [])
          values.get(build)!.push(reading.value)
        }
      }
    }
    onRound(round + 1)
  }
  const comparisons: Comparison[] = []
  const unpaired: string[] = []
  for (const [name, { about, values }] of samples) {
    const [was, is] = [values.get(before), values.get(after)]
    if (was && is) {
      const ratio = ratioInterval(was, is)
      const row = { case: about.case, contender: about.contender, unit: about.unit, better: 'lower' as const }
      const { median, min, max } = summarize(row, was)
      const against = { commit: before.name, median, min, max }
      comparisons.push({ ...summarize(row, is), against, ratio, tolerance, verdict: verdictOf(ratio, tolerance) })
    } else unpaired.push(`${name}: only in ${(was ? before : after).name}`)
  }
  return { comparisons, unpaired }
}
