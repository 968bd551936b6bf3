import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import {
  type AuditEvent,
  auditEventOf,
  checkpointSigner,
  checkpointVerifier,
  complianceReport,
  fileTrail,
  type Trail,
  verifyTrail,
} from '@ashlar/audit'
import type { RequestCompleted } from '@ashlar/core'
import { pino } from 'pino'
import { createLogger, format, transports } from 'winston'

import { type Bench, type Result, summarize } from './result.ts'

const ROUNDS = 5
const WRITERS = 100
const APPENDS = 20_000
const RECORDS = 1_000_000

const signer = checkpointSigner('trail.example', generateKeyPairSync('ed25519').privateKey)
const EVENT: AuditEvent = {
  name: 'sensitive_read',
  outcome: 'success',
  who: { kind: 'bearer', subject: 'alice', issuer: 'https://issuer.example' },
  action: 'orders:read',
  resource: { type: 'order', id: '42' },
  where: { address: '192.0.2.1', userAgent: 'curl/8' },
  requestId: '0b5c9d6e-1111-4222-8333-444455556666',
}
const COMPLETED: RequestCompleted = {
  name: 'request_completed',
  time: 0,
  request: { id: '0b5c9d6e-1111-4222-8333-444455556666', method: 'GET', route: '/orders/:id', address: '192.0.2.1' },
  principal: { kind: 'bearer', subject: 'alice', issuer: 'https://issuer.example' },
  decisions: ['request id', 'security headers', 'rate limit', 'bearer', 'permit orders:read'].map((guard) => ({
    guard,
    layer: 'custom',
    outcome: 'allow',
  })),
  outcome: { status: 200, aborted: false, refused: false, durationMs: 1.5 },
}

type Contender = (folder: string) => Promise<number>

/** Lines a second from the first to the moment when the last is where the contender leaves it. */
const APPENDERS: Readonly<Record<string, Contender>> = {
  /** What durability costs where nothing is shared: a write and a sync for each record. */
  async 'bare write and fdatasync each'(folder) {
    const file = openSync(join(folder, 'bare'), 'a')
    const count = APPENDS / 100
    const start = performance.now()
    for (let index = 0; index < count; index++) {
      writeSync(file, `${JSON.stringify(EVENT)}\n`)
      fdatasyncSync(file)
    }
    closeSync(file)
    return rate(count, start)
  },
  async 'ashlar fileTrail, acknowledged and durable'(folder) {
    const trail = await fileTrail({ folder, signer })
    const start = performance.now()
    await appendAll(trail, APPENDS)
    const result = rate(APPENDS, start)
    await trail.close()
    return result
  },
  /** Neither acknowledged nor synced. */
  async 'winston@3.19.0 File'(folder) {
    const logger = createLogger({
      format: format.json(),
      transports: [new transports.File({ filename: join(folder, 'winston.log') })],
    })
    const start = performance.now()
    for (let index = 0; index < APPENDS; index++) {
      logger.info('event', EVENT)
      // Without turns of the event loop its backlog would grow until the process ends.
      if (index % 1000 === 999) await new Promise((resolve) => setImmediate(resolve))
    }
    logger.end()
    await once(logger.transports[0]!, 'finish')
    return rate(APPENDS, start)
  },
  /** Written before the call returns, not synced. */
  async 'pino@10.4.0 sync'(folder) {
    const destination = pino.destination({ dest: join(folder, 'pino.log'), sync: true })
    const logger = pino(destination)
    const start = performance.now()
    for (let index = 0; index < APPENDS; index++) logger.info(EVENT, 'event')
    const result = rate(APPENDS, start)
    destination.end()
    return result
  },
}

export const bench: Bench = async () => [
  ...(await interleaved('100 concurrent writers', 'records/s', 'higher', APPENDERS)),
  ...(await interleaved('added to a request', 'µs', 'lower', {
    async 'ashlar trailEvents, processor time with hashing, signing and writing'(folder) {
      const trail = await fileTrail({ folder, signer })
      const before = process.cpuUsage()
      for (let sent = 0; sent < APPENDS; sent += 1000) {
        await Promise.all(Array.from({ length: 1000 }, () => trail.record(auditEventOf(COMPLETED))))
      }
      const { user, system } = process.cpuUsage(before)
      await trail.close()
      return (user + system) / APPENDS
    },
  })),
  ...(await million()),
]

async function million(): Promise<Result[]> {
  const folder = mkdtempSync(join(tmpdir(), 'ashlar-bench-'))
  try {
    const trail = await fileTrail({ folder, signer })
    await appendAll(trail, RECORDS)
    await trail.close()
    const about = { case: 'a million records', better: 'lower', contender: 'ashlar verify', unit: 's' } as const
    const verifiers = [checkpointVerifier(signer.verifierKey)]
    const verified = await seconds(async () => {
      if (!(await verifyTrail(folder, { verifiers })).ok) throw new Error('The trail does not verify.')
    })
    let highest = 0
    const watch = setInterval(() => (highest = Math.max(highest, process.memoryUsage.rss())), 20)
    const reported = await seconds(() => complianceReport(folder, { framework: 'pci' }))
    clearInterval(watch)
    return [
      summarize(about, [verified]),
      summarize({ ...about, contender: 'ashlar report' }, [reported]),
      summarize({ ...about, contender: 'ashlar report, whole process', unit: 'MiB' }, [highest / 2 ** 20]),
    ]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function interleaved(
  title: string,
  unit: string,
  better: Result['better'],
  contenders: Readonly<Record<string, Contender>>,
): Promise<Result[]> {
  const samples = new Map(Object.keys(contenders).map((name) => [name, [] as number[]]))
  for (let round = -1; round < ROUNDS; round++) {
    for (const [name, run] of Object.entries(contenders)) {
      const folder = mkdtempSync(join(tmpdir(), 'ashlar-bench-'))
      const sample = await run(folder)
      rmSync(folder, { recursive: true })
      // The first round warms up.
      if (round >= 0) samples.get(name)!.push(sample)
    }
  }
  return [...samples].map(([contender, values]) => summarize({ case: title, contender, unit, better }, values))
}

async function appendAll(trail: Trail, count: number): Promise<void> {
  let left = count
  async function write(): Promise<void> {
    while (left-- > 0) await trail.record(EVENT)
  }
  await Promise.all(Array.from({ length: WRITERS }, write))
}

function rate(count: number, start: number): number {
  return count / ((performance.now() - start) / 1000)
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}
