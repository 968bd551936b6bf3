import { existsSync } from 'node:fs'

import { buildOf, commitOf, present } from './gate/build.ts'
import { type Comparison, compare } from './gate/compare.ts'
import { microProbe } from './gate/micro-cases.ts'
import { pipelineProbes } from './gate/pipeline-cases.ts'
import type { Probe } from './gate/probe.ts'
import { reportOf } from './gate/report.ts'
import type { Given, Subject } from './result.ts'

const USAGE = `Usage: npm run bench -- gate [SUBJECT...] --against COMMIT [--rounds N] [--tolerance N] [--only TEXT] [--json FILE]
Subjects: guards, pipeline (both when left out), or any other whose script times calls.`

/** Of each build in a round. */
const TURNS = 20

/** Of each build in a round: they take a second, and differ more from one another than servers do. */
const MICRO_PROCESSES = 3

export const options: Subject['options'] = {
  against: { type: 'string' },
  rounds: { type: 'string', default: '15' },
  tolerance: { type: 'string', default: '1.02' },
  only: { type: 'string', default: '' },
}

/** Compares the present build with a commit's, by processor time. */
export async function bench({ values, positionals }: Given): Promise<readonly Comparison[]> {
  const rounds = Number(values['rounds'])
  const tolerance = Number(values['tolerance'])
  const only = String(values['only'])
  const subjects = positionals.length > 0 ? positionals : ['guards', 'pipeline']
  const commit = commitOf(String(values['against'] ?? ''))
  if (!commit) return refuse('--against names no commit.')
  // Fewer pairs can't make an interval of 95 %.
  if (!Number.isInteger(rounds) || rounds < 6) return refuse('--rounds is a whole number from 6 up.')
  if (!(tolerance >= 1)) return refuse('--tolerance is a ratio from 1 up.')
  const unknown = subjects.find((subject) => !existsSync(new URL(`${subject}.bench.js`, present.folder)))
  if (unknown !== undefined) return refuse(`There is no subject ${unknown}.`)
  console.error(`Building ${commit} …`)
  const before = await buildOf(commit)
  const probes = (
    await Promise.all(
      subjects.map((subject) =>
        subject === 'pipeline'
          ? pipelineProbes([before, present], only)
          : Array<Probe>(MICRO_PROCESSES).fill(microProbe(subject, only)),
      ),
    )
  ).flat()
  const start = performance.now()
  const onRound = (round: number): void =>
    console.error(`round ${round} of ${rounds}, ${Math.round((performance.now() - start) / 1000)} s`)
  const { comparisons, unpaired } = await compare(before, present, probes, { rounds, turns: TURNS, tolerance, onRound })
  for (const line of unpaired) console.error(`not compared: ${line}`)
  if (comparisons.length === 0) throw new Error('The two builds have no case in common.')
  return comparisons
}

function refuse(what: string): never {
  console.error(`${what}\n${USAGE}`)
  process.exit(2)
}

export function print(comparisons: readonly Comparison[]): void {
  console.log(reportOf(comparisons))
  const slower = comparisons.filter(({ verdict }) => verdict === 'slower').length
  console.log(`\n${slower} of ${comparisons.length} slower, beyond a tolerance of ${comparisons[0]!.tolerance}`)
}

export const failed = (comparisons: readonly Comparison[]): boolean =>
  comparisons.some(({ verdict }) => verdict === 'slower')
