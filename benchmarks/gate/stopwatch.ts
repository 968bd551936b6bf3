import { once } from 'node:events'

import type { Result } from '../result.ts'
import { nameOf, type Reading } from './probe.ts'

const WARM_UP_MS = 150
const TURN_MS = 8

/**
 * Stands in for `interleave` in the scripts of any commit: the same cases, but processor time, which a busy machine
 * changes little, over a count of calls that is fixed after the warm-up. Measures whenever the gate says so, until it
 * wants the next ones. Only our own contenders run.
 */
export async function interleave(
  title: string,
  contenders: Readonly<Record<string, () => unknown>>,
): Promise<Result[]> {
  const runners = Object.entries(contenders)
    .map(([contender, operation]) => ({ case: title, contender, operation, calls: 0 }))
    .filter(
      (runner) => runner.contender.startsWith('ashlar') && nameOf(runner).includes(process.env['BENCH_ONLY'] ?? ''),
    )
  if (runners.length === 0) return []
  for (const runner of runners) runner.calls = await callsOfTurn(runner.operation)
  process.send?.(true)
  while ((await once(process, 'message'))[0] === 'turn') {
    const readings: Reading[] = []
    for (const { operation, calls, ...about } of runners) {
      const value = await nanosecondsOf(operation, calls)
      readings.push({ case: about.case, contender: about.contender, unit: 'ns CPU a call', value })
    }
    process.send?.(readings)
  }
  return []
}

/** Warms the operation up, and says how many calls make a turn. */
async function callsOfTurn(operation: () => unknown): Promise<number> {
  const batch = 64
  const start = processorTime()
  // What waits for others uses no processor: the other clock ends it.
  const end = performance.now() + WARM_UP_MS * 5
  let calls = 0
  while (processorTime() - start < WARM_UP_MS * 1000 && performance.now() < end) {
    await repeat(operation, batch)
    calls += batch
  }
  return Math.ceil((calls * TURN_MS) / WARM_UP_MS / batch) * batch
}

async function nanosecondsOf(operation: () => unknown, calls: number): Promise<number> {
  const start = processorTime()
  await repeat(operation, calls)
  return ((processorTime() - start) * 1000) / calls
}

let sink: unknown

async function repeat(operation: () => unknown, calls: number): Promise<void> {
  const asynchronous = (sink = operation()) instanceof Promise
  if (asynchronous) {
    await sink
    for (let index = 1; index < calls; index++) sink = await operation()
  } else for (let index = 1; index < calls; index++) sink = operation()
  if (sink === repeat) throw new Error('never: keeps the sink alive')
}

/** Microseconds of this process, all threads. */
function processorTime(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}
