import type { Build } from './build.ts'
import { nameOf, type Probe, type Reading, type Session } from './probe.ts'

/** The share of the turns that count. */
const QUICKER = 0.7

interface Runner {
  readonly build: Build
  readonly session: Session
  readonly readings: Reading[]
}

/**
 * One round of one probe: a fresh process of each build, short turns in turn. Answers the mean of each case's
 * quicker turns: what disturbs a turn, another process or a full collection of garbage, can only make it longer.
 */
export async function roundOf(
  probe: Probe,
  order: readonly Build[],
  turns: number,
): Promise<ReadonlyMap<Build, readonly Reading[]>> {
  const runners: Runner[] = []
  for (const build of order) {
    const session = await probe.open(build)
    if (session) runners.push({ build, session, readings: [] })
  }
  for (let ready = await readyOf(runners); ready.length > 0; ready = await readyOf(ready)) {
    for (let turn = 0; turn < turns; turn++) {
      for (const { session, readings } of turn % 2 === 0 ? ready : ready.toReversed())
        readings.push(...(await session.turn()))
    }
  }
  for (const { session } of runners) await session.close()
  return new Map(runners.map(({ build, readings }) => [build, meansOf(readings)]))
}

async function readyOf(runners: readonly Runner[]): Promise<Runner[]> {
  const ready: Runner[] = []
  for (const runner of runners) if (await runner.session.next()) ready.push(runner)
  return ready
}

function meansOf(readings: readonly Reading[]): Reading[] {
  return [...new Set(readings.map(nameOf))].map((name) => {
    const group = readings.filter((reading) => nameOf(reading) === name)
    return { ...group[0]!, value: quickerMean(group.map(({ value }) => value)) }
  })
}

function quickerMean(values: readonly number[]): number {
  const quicker = values.toSorted((a, b) => a - b).slice(0, Math.ceil(values.length * QUICKER))
  return quicker.reduce((sum, value) => sum + value, 0) / quicker.length
}
