import type { ChildProcess } from 'node:child_process'

import type { Load, LoadReport } from './load.ts'
import { messageOf, startPinned } from './pinned.ts'
import { contenders } from './pipeline/contenders.ts'
import { asked } from './pipeline/requests.ts'
import { makeToken } from './pipeline/token.ts'
import { type Bench, type Result, summarize } from './result.ts'

/** For a quick look: only contenders whose name holds this. The bare one is always there. */
const ONLY = process.env['BENCH_ONLY'] ?? ''
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 7)
const TURN_MS = Number(process.env['BENCH_TURN_MS'] ?? 1500)
const WARM_UP_MS = 2500

/** The cases, each with its contenders by the name they have in the report. */
const CASES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  express: casesOf('express '),
  koa: casesOf('koa '),
  'refusal flood': { bare: 'express bare', ...casesOf('flood ') },
}

/** Every server on one core, the load on the other; contenders take turns, so that the machine's noise is shared. */
export const bench: Bench = async () => {
  const { jwk, token } = await makeToken()
  const client = startPinned('./pipeline/client.js', 1, {})
  await messageOf(client)
  const results: Result[] = []
  for (const [title, group] of Object.entries(CASES)) {
    const runners = await Promise.all(
      Object.entries(group).map(async ([contender, name]) => {
        const server = startPinned('./pipeline/server.js', 0, { BENCH_CONTENDER: name, BENCH_JWK: JSON.stringify(jwk) })
        return { contender, name, server, port: await messageOf<number>(server), reports: [] as Turn[] }
      }),
    )
    for (const runner of runners) await measure(client, loadFor(runner.name, runner.port, token, WARM_UP_MS))
    for (let round = 0; round < ROUNDS; round++) {
      for (const runner of runners)
        runner.reports.push(await turnOf(runner.server, client, loadFor(runner.name, runner.port, token, TURN_MS)))
    }
    for (const { contender, name, server, reports } of runners) {
      server.disconnect()
      checkStatuses(name, reports)
      results.push(
        summarize(
          { case: title, contender, unit: 'req/s', better: 'higher' },
          reports.map((report) => report.requestsPerSecond),
        ),
        summarize(
          { case: title, contender, unit: 'µs CPU', better: 'lower' },
          reports.map((report) => report.cpuMicroseconds),
        ),
        summarize(
          { case: title, contender, unit: 'ms p50', better: 'lower' },
          reports.map((report) => report.p50Ms),
        ),
        summarize(
          { case: title, contender, unit: 'ms p99', better: 'lower' },
          reports.map((report) => report.p99Ms),
        ),
      )
    }
  }
  client.disconnect()
  return results
}

function casesOf(prefix: string): Readonly<Record<string, string>> {
  const names = Object.keys(contenders).filter(
    (name) => name.startsWith(prefix) && (name.includes(ONLY) || name.endsWith('bare')),
  )
  return Object.fromEntries(names.map((name) => [name.slice(prefix.length), name]))
}

function loadFor(name: string, port: number, token: string, milliseconds: number): Load {
  return { port, request: asked(name, token).request, connections: 16, milliseconds }
}

async function measure(client: ChildProcess, load: Load): Promise<LoadReport> {
  const report = messageOf<LoadReport>(client)
  client.send(load)
  return report
}

/** What one turn came to: the load's report, and the server's own CPU time a request, which a busy machine hardly changes. */
interface Turn extends LoadReport {
  readonly cpuMicroseconds: number
}

async function turnOf(server: ChildProcess, client: ChildProcess, load: Load): Promise<Turn> {
  const before = await cpuOf(server)
  const report = await measure(client, load)
  const requests = Object.values(report.statuses).reduce((sum, count) => sum + count, 0)
  return { ...report, cpuMicroseconds: ((await cpuOf(server)) - before) / requests }
}

async function cpuOf(server: ChildProcess): Promise<number> {
  const usage = messageOf<NodeJS.CpuUsage>(server)
  server.send('cpu')
  const { user, system } = await usage
  return user + system
}

/** A contender that answers anything but what it should would be fast for nothing. */
function checkStatuses(name: string, reports: readonly LoadReport[]): void {
  const expected = asked(name, '').status
  const seen = [...new Set(reports.flatMap((report) => Object.keys(report.statuses)))]
  if (seen.length !== 1 || seen[0] !== expected)
    throw new Error(`${name}: expected only ${expected}, saw ${seen.join(', ')}.`)
}
