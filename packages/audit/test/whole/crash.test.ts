import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import { afterEach, describe, expect, test } from '@jest/globals'

import { type AuditRecord, verifyTrail } from '../../src/index.ts'
import { faultyFiles } from '../trail/fixtures/faulty-files.ts'
import { newFolder, openTrail, PRIVATE_KEY, sampleEvent, VERIFIER } from '../trail/sample-trail.ts'

const WRITER = fileURLToPath(new URL('../trail/fixtures/writer.mjs', import.meta.url))

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function folder(): string {
  const path = newFolder()
  folders.push(path)
  return path
}

function recordsOf(trail: string): AuditRecord[] {
  return readdirSync(trail)
    .filter((name) => name.startsWith('writer-'))
    .flatMap((writer) =>
      readdirSync(join(trail, writer))
        .filter((name) => name.endsWith('.jsonl'))
        .sort()
        .flatMap((name) =>
          readFileSync(join(trail, writer, name), 'utf8')
            .split('\n')
            .slice(1, -1),
        ),
    )
    .flatMap((line) => {
      // A line that a crash left half-written is no record.
      try {
        return [JSON.parse(line) as AuditRecord]
      } catch {
        return []
      }
    })
}

interface Acknowledged {
  readonly ids: Set<string>
  readonly intents: Set<number>
}

/** A process that has opened the trail, and has written nothing. */
interface Writer {
  readonly child: ChildProcess
  readonly lines: AsyncIterableIterator<string>
}

async function openWriter(trail: string, run: number): Promise<Writer> {
  const child = spawn(process.execPath, [WRITER, trail, String(run), PRIVATE_KEY, '8'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  expect((await lines.next()).value).toBe('open')
  return { child, lines }
}

/** Has a writer write, and kills it as soon as it has acknowledged so many records. */
async function killAfter(after: number, { child, lines }: Writer): Promise<Acknowledged> {
  const ids = new Set<string>()
  const intents = new Set<number>()
  child.stdin!.write('go')
  for await (const line of lines) {
    const [kind, value] = line.split(' ')
    if (kind === 'a') ids.add(value!)
    else intents.add(Number(value))
    if (ids.size === after) child.kill('SIGKILL')
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  expect(child.signalCode).toBe('SIGKILL')
  return { ids, intents }
}

const KILLS = 200
const LANES = 2
const KILLS_A_TRAIL = 10

describe('kill -9', () => {
  test(`${KILLS} times under load: nothing acknowledged is missing, and the trail verifies`, async () => {
    let run = 0
    async function lane(): Promise<void> {
      while (run < KILLS) {
        const trail = folder()
        const acknowledged = new Set<string>()
        for (let kill = 0; kill < KILLS_A_TRAIL; kill++) {
          const { ids } = await killAfter(1 + Math.floor(Math.random() * 150), await openWriter(trail, ++run))
          for (const id of ids) acknowledged.add(id)
          const report = await verifyTrail(trail, { verifiers: [VERIFIER] })
          expect(report).toMatchObject({ ok: true, logs: [{ findings: [] }] })
          const written = new Set(recordsOf(trail).map(({ requestId }) => requestId))
          expect([...acknowledged].filter((id) => !written.has(id))).toEqual([])
        }
        // One who comes after finds whole what is there, and closes what never ended.
        await (await openTrail(trail)).close()
        const records = recordsOf(trail)
        const ended = new Set(records.map(({ intent }) => intent))
        const open = records.filter(({ name, seq }) => name === 'operation_intended' && !ended.has(seq))
        expect(open).toEqual([])
        expect(await verifyTrail(trail, { verifiers: [VERIFIER] })).toMatchObject({ ok: true })
      }
    }
    await Promise.all(Array.from({ length: LANES }, lane))
    expect(run).toBeGreaterThanOrEqual(KILLS)
  }, 300_000)

  test('an operation in flight is found as unknown', async () => {
    const trail = folder()
    const { intents } = await killAfter(40, await openWriter(trail, 1))
    await (await openTrail(trail)).close()
    const records = recordsOf(trail)
    for (const seq of intents) {
      const ends = records.filter(({ intent }) => intent === seq)
      expect(ends).toHaveLength(1)
      expect(['success', 'unknown']).toContain(ends[0]!.outcome)
    }
    expect(records.some(({ outcome }) => outcome === 'unknown')).toBe(true)
  })

  test('four processes at once write without mixing, and each log verifies', async () => {
    const trail = folder()
    // All have opened it before the first writes: one that is killed early would leave its log to the next.
    const writers = await Promise.all([1, 2, 3, 4].map((run) => openWriter(trail, run)))
    const runs = await Promise.all(writers.map((writer) => killAfter(60, writer)))
    const { ok, logs } = await verifyTrail(trail, { verifiers: [VERIFIER] })
    expect(ok).toBe(true)
    // One that found another's folder before its owner did leaves an empty log besides.
    expect(logs.filter(({ records }) => records > 0)).toHaveLength(4)
    const written = new Set(recordsOf(trail).map(({ requestId }) => requestId))
    for (const { ids } of runs) for (const id of ids) expect(written).toContain(id)
    // The next one takes over all of them.
    await (await openTrail(trail)).close()
    const after = await verifyTrail(trail, { verifiers: [VERIFIER] })
    expect(after.ok).toBe(true)
    expect(after.logs.flatMap(({ notes }) => notes)).toEqual([])
  })
})

describe('power loss', () => {
  test('100 times, each forgetting what was not synced: nothing acknowledged is missing', async () => {
    for (let round = 0; round < 100; round++) {
      const trail = folder()
      const files = faultyFiles()
      const acknowledged = new Set<number>()
      let opened = await openTrail(trail, { files, segmentBytes: 6000, checkpointRecords: 7, onError: () => {} })
      for (let crash = 0; crash < 2; crash++) {
        const stopAt = Math.floor(Math.random() * 60)
        let done = 0
        const write = async (id: number): Promise<void> => {
          await opened.record(sampleEvent(id))
          acknowledged.add(id)
          done++
        }
        const writing = Array.from({ length: 80 }, (_, id) => write(crash * 80 + id).catch(() => {}))
        while (done < stopAt) await new Promise((resolve) => setImmediate(resolve))
        // The old writer's later writes go nowhere: the machine is off.
        for (const operation of ['write', 'sync', 'truncate', 'append'] as const)
          files.fail(operation, new Error('off'))
        await Promise.all(writing)
        files.powerLoss((unsynced) => Math.floor(Math.random() * (unsynced + 1)))
        for (const operation of ['write', 'sync', 'truncate', 'append'] as const) files.fail(operation, undefined)
        opened = await openTrail(trail, { files, segmentBytes: 6000, checkpointRecords: 7, onError: () => {} })
      }
      await opened.close()
      const report = await verifyTrail(trail, { verifiers: [VERIFIER] })
      expect(report).toMatchObject({ ok: true })
      const written = new Set(recordsOf(trail).map(({ resource }) => Number(resource?.id)))
      expect([...acknowledged].filter((id) => !written.has(id))).toEqual([])
    }
  }, 120_000)
})
