import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { fakeClock } from '@ashlar/testkit'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { trailContract } from '../../src/contract.ts'
import { type AuditRecord, fileTrail, splitNotes, verifyTrail } from '../../src/index.ts'
import { encodeLine } from '../../src/trail/line.ts'
import { encodeHeader, genesisOf } from '../../src/trail/segment-header.ts'
import { faultyFiles } from './fixtures/faulty-files.ts'
import { newFolder, openTrail, SIGNER, sampleEvent, VERIFIER } from './sample-trail.ts'

let folder: string
beforeEach(() => {
  folder = newFolder()
})
afterEach(() => {
  jest.useRealTimers()
  rmSync(folder, { recursive: true, force: true })
})

function records(writer = 'writer-1'): AuditRecord[] {
  const path = join(folder, writer)
  return readdirSync(path)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .flatMap((name) => readFileSync(join(path, name), 'utf8').split('\n').slice(1, -1))
    .map((line) => JSON.parse(line) as AuditRecord)
}

const verify = () => verifyTrail(folder, { verifiers: [VERIFIER] })

describe('writing', () => {
  test('records are numbered without gaps, chained, and bear the time of recording in UTC', async () => {
    const clock = fakeClock(Date.UTC(2026, 0, 31, 23, 59, 59, 7))
    const trail = await openTrail(folder, { clock, service: 'orders', instance: 'i-1' })
    expect(await trail.record(sampleEvent(1))).toEqual({ log: 'trail.example/writer-1', seq: 1 })
    clock.advance(1000)
    expect(await trail.record(sampleEvent(2))).toEqual({ log: 'trail.example/writer-1', seq: 2 })
    await trail.close()
    const [first, second] = records()
    expect(first).toMatchObject({
      seq: 1,
      time: '2026-01-31T23:59:59.007Z',
      where: { service: 'orders', instance: 'i-1' },
    })
    expect(second).toMatchObject({ seq: 2, time: '2026-02-01T00:00:00.007Z', prev: first!.hash })
  })

  test('records that come together go to disk together', async () => {
    const files = faultyFiles()
    let syncs = 0
    const counting: typeof files = {
      ...files,
      async append(path) {
        const file = await files.append(path)
        const { sync } = file
        return Object.assign(Object.create(file) as typeof file, {
          async sync() {
            if (path.endsWith('.jsonl')) syncs++
            await sync()
          },
        })
      },
    }
    const trail = await openTrail(folder, { files: counting })
    syncs = 0
    await Promise.all(Array.from({ length: 100 }, (_, id) => trail.record(sampleEvent(id))))
    expect(syncs).toBe(1)
    await trail.close()
    expect(records()).toHaveLength(100)
  })

  test('a trail goes on where it ended, over segments', async () => {
    for (let run = 0; run < 3; run++) {
      const trail = await openTrail(folder, { segmentBytes: 3000 })
      for (let id = 0; id < 10; id++) await trail.record(sampleEvent(id))
      await trail.close()
    }
    expect(records().map(({ seq }) => seq)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1))
    expect(await verify()).toMatchObject({ ok: true, logs: [{ records: 30, signedSize: 30, notes: [] }] })
  })

  test('what does not fit is refused at once', async () => {
    const trail = await openTrail(folder, { maxPending: 3 })
    const results = await Promise.allSettled(Array.from({ length: 5 }, (_, id) => trail.record(sampleEvent(id))))
    expect(results.map(({ status }) => status)).toEqual([...Array(3).fill('fulfilled'), ...Array(2).fill('rejected')])
    await trail.close()
    await expect(trail.record(sampleEvent(9))).rejects.toMatchObject({ code: 'ERR_DEPENDENCY_UNAVAILABLE' })
    expect(records()).toHaveLength(3)
  })

  test('control characters can neither end a line nor steer a terminal', async () => {
    const trail = await openTrail(folder)
    const hostile = 'a\r\n{"seq":2}\u0000\u001b[2J\u007f\u0085\u009b31m\u2028\u2029\u202e\ud800'
    await trail.record({ ...sampleEvent(1), reason: hostile, details: { [hostile]: hostile } })
    await trail.close()
    const text = readFileSync(join(folder, 'writer-1', '0000000000000001.jsonl'), 'utf8')
    expect(text.split('\n')).toHaveLength(3)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
    expect(text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202e]/)
    expect(records()[0]!.reason).toContain('{"seq":2}')
    expect(await verify()).toMatchObject({ ok: true })
  })

  test.each([
    [null],
    [{}],
    [{ name: 'Bad Name', outcome: 'success' }],
    [{ name: 'sensitive_read', outcome: 'perhaps' }],
    [{ name: 'trail_pruned', outcome: 'success' }],
    [{ name: 'operation_completed', outcome: 'success' }],
  ])('what is no event is refused: %j', async (event) => {
    const trail = await openTrail(folder)
    await expect(trail.record(event as never)).rejects.toMatchObject({ code: 'ERR_EVENT_INVALID' })
    await trail.close()
  })

  test.each([
    [{}, 'ERR_OPTION_MISSING'],
    [{ folder: 'x' }, 'ERR_OPTION_MISSING'],
    [{ folder: 'x', signer: SIGNER, segmentByte: 1 }, 'ERR_OPTION_UNKNOWN'],
    [{ folder: '', signer: SIGNER }, 'ERR_OPTION_INVALID'],
    [{ folder: 'x', signer: { sign() {} } }, 'ERR_OPTION_INVALID'],
    [{ folder: 'x', signer: { ...SIGNER, name: 'other.example' } }, 'ERR_OPTION_INVALID'],
    [{ folder: 'x', signer: SIGNER, segmentBytes: 0 }, 'ERR_OPTION_INVALID'],
    [{ folder: 'x', signer: SIGNER, checkpointEvery: 1000 }, 'ERR_OPTION_INVALID'],
    [{ folder: 'x', signer: SIGNER, checkpointEvery: '2d' }, 'ERR_OPTION_INVALID'],
    [{ folder: 'x', signer: SIGNER, retention: 30 }, 'ERR_OPTION_INVALID'],
    [{ folder: 'x', signer: SIGNER, retention: '1h' }, 'ERR_OPTION_INVALID'],
    [{ folder: 'x', signer: SIGNER, maxPending: Number.NaN }, 'ERR_OPTION_INVALID'],
    [{ folder: 'x', signer: SIGNER, subjects: Promise.resolve() }, 'ERR_OPTION_INVALID'],
    [{ folder: 'x', signer: SIGNER, clock: {} }, 'ERR_OPTION_INVALID'],
    [{ folder: 'x', signer: SIGNER, files: {} }, 'ERR_OPTION_INVALID'],
    [{ folder: 'x', signer: SIGNER, onCheckpoint: 'log' }, 'ERR_OPTION_INVALID'],
    [{ folder: 'x', signer: SIGNER, service: '' }, 'ERR_OPTION_INVALID'],
    [{ folder: 'x', signer: SIGNER, redaction: { depth: 1 } }, 'ERR_OPTION_UNKNOWN'],
  ])('wrong options are refused: %j', async (options, code) => {
    await expect(fileTrail(options as never)).rejects.toMatchObject({ code })
  })
})

describe('checkpoints', () => {
  test('each is published once it is durable; a witness that fails holds up nothing', async () => {
    const notes: string[] = []
    const told: unknown[] = []
    const trail = await openTrail(folder, {
      checkpointRecords: 5,
      onCheckpoint(note) {
        expect(readFileSync(join(folder, 'writer-1', 'checkpoints'), 'utf8')).toContain(note)
        notes.push(note)
        return Promise.reject(new Error('witness away'))
      },
      onError: (error) => told.push(error),
    })
    for (let id = 0; id < 12; id++) await trail.record(sampleEvent(id))
    await trail.close()
    expect(notes.map((note) => VERIFIER.open(note)?.size)).toEqual([5, 10, 12])
    expect(told).toHaveLength(3)
    expect(splitNotes(readFileSync(join(folder, 'writer-1', 'checkpoints'), 'utf8'))).toEqual(notes)
  })

  test('a second after a record its checkpoint is signed', async () => {
    const signed = new Promise<string>((resolve) => {
      void openTrail(folder, { checkpointEvery: '1ms', onCheckpoint: resolve }).then((trail) =>
        trail.record(sampleEvent(1)),
      )
    })
    expect(VERIFIER.open(await signed)).toMatchObject({ origin: 'trail.example/writer-1', size: 1 })
  })

  test('are signed also while the app is never idle', async () => {
    const notes: string[] = []
    const trail = await openTrail(folder, { checkpointEvery: '5ms', onCheckpoint: (note) => notes.push(note) })
    let written = 0
    const writers = Array.from({ length: 20 }, async (_, id) => {
      while (notes.length < 3 && written < 20_000) {
        await trail.record(sampleEvent(id))
        written++
      }
    })
    await Promise.all(writers)
    expect(notes.length).toBeGreaterThanOrEqual(3)
    await trail.close()
  })
})

trailContract({ describe, test, expect }, async () => ({ trail: await openTrail(folder), records }))

describe('when the disk fails', () => {
  test('a full disk: what was not written is refused, what was is kept, and it heals', async () => {
    const files = faultyFiles()
    const trail = await openTrail(folder, { files })
    await trail.record(sampleEvent(1))
    files.partial = 100
    files.fail('write', Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }))
    await expect(trail.record(sampleEvent(2))).rejects.toMatchObject({ code: 'ERR_DEPENDENCY_UNAVAILABLE' })
    await expect(trail.intend(sampleEvent(3))).rejects.toMatchObject({ code: 'ERR_DEPENDENCY_UNAVAILABLE' })
    files.fail('write', undefined)
    expect(await trail.record(sampleEvent(4))).toMatchObject({ seq: 2 })
    await trail.close()
    expect(records().map(({ resource }) => resource?.id)).toEqual(['1', '4'])
    expect(await verify()).toMatchObject({ ok: true, logs: [{ notes: [] }] })
  })

  test('a sync that fails acknowledges nothing, and nothing of it stays', async () => {
    const files = faultyFiles()
    const trail = await openTrail(folder, { files })
    files.fail('sync', new Error('input/output error'))
    await expect(trail.record(sampleEvent(1))).rejects.toMatchObject({ code: 'ERR_DEPENDENCY_UNAVAILABLE' })
    await expect(trail.record(sampleEvent(2))).rejects.toMatchObject({ code: 'ERR_DEPENDENCY_UNAVAILABLE' })
    files.fail('sync', undefined)
    await trail.record(sampleEvent(3))
    await trail.close()
    expect(records().map(({ resource }) => resource?.id)).toEqual(['3'])
  })

  test('closing after a failed write leaves nothing half-written behind', async () => {
    const files = faultyFiles()
    let signed: (note: string) => void = () => {}
    const first = new Promise<string>((resolve) => {
      signed = resolve
    })
    const trail = await openTrail(folder, { files, checkpointRecords: 1, onCheckpoint: (note) => signed(note) })
    await trail.record(sampleEvent(1))
    // Nothing is left to be signed, so that closing has nothing else to write.
    await first
    files.partial = 100
    files.fail('write', new Error('no space left'))
    await expect(trail.record(sampleEvent(2))).rejects.toMatchObject({ code: 'ERR_DEPENDENCY_UNAVAILABLE' })
    files.fail('write', undefined)
    await trail.close()
    expect(readFileSync(join(folder, 'writer-1', '0000000000000001.jsonl'), 'utf8')).toMatch(/\}\n$/)
    expect(await verify()).toMatchObject({ ok: true, logs: [{ records: 1, notes: [] }] })
  })

  test('a trail that can not be signed at its end is not said to be whole, and the next one recovers it', async () => {
    const files = faultyFiles()
    const trail = await openTrail(folder, { files, checkpointEvery: '1d' })
    await trail.record(sampleEvent(1))
    files.partial = 30
    files.fail('write', new Error('no space left'))
    await expect(trail.record(sampleEvent(2))).rejects.toMatchObject({ code: 'ERR_DEPENDENCY_UNAVAILABLE' })
    files.fail('truncate', new Error('input/output error'))
    await expect(trail.close()).rejects.toThrow('input/output error')
    await expect(trail.close()).rejects.toThrow('input/output error')
    expect(files.opened).toBe(0)
    expect(await verify()).toMatchObject({
      ok: true,
      logs: [{ notes: expect.arrayContaining([expect.stringContaining('half-written')]) }],
    })
    const next = await openTrail(folder)
    expect(await next.record(sampleEvent(3))).toEqual({ log: 'trail.example/writer-1', seq: 3 })
    await next.close()
    expect(await verify()).toMatchObject({ ok: true, logs: [{ records: 3, signedSize: 3, notes: [] }] })
  })

  test.each(['write', 'sync', 'syncFolder'] as const)(
    'a segment that can not be started (%s) leaves none behind, whatever is written to the one before',
    async (operation) => {
      const files = faultyFiles()
      const trail = await openTrail(folder, { files, segmentBytes: 1500, onError: () => {} })
      const long = { padding: 'x'.repeat(800) }
      await trail.record(sampleEvent(1))
      files.fail(operation, new Error('input/output error'))
      const refused = trail.record(sampleEvent(2, { ...long, more: 'x'.repeat(800) }))
      await expect(refused).rejects.toMatchObject({ code: 'ERR_DEPENDENCY_UNAVAILABLE' })
      files.fail(operation, undefined)
      expect(await trail.record(sampleEvent(3))).toMatchObject({ seq: 2 })
      expect(readdirSync(join(folder, 'writer-1')).filter((name) => name.endsWith('.jsonl'))).toHaveLength(1)
      for (let id = 4; id < 9; id++) await trail.record(sampleEvent(id))
      await trail.close()
      await (await openTrail(folder)).close()
      expect(records().map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7])
      expect(await verify()).toMatchObject({ ok: true, logs: [{ notes: [] }] })
    },
  )

  test('a trail that can not be opened says so, and holds no file open and no lock', async () => {
    await (await openTrail(folder)).close()
    for (const operation of ['append', 'write', 'sync', 'truncate', 'syncFolder'] as const) {
      writeFileSync(join(folder, 'writer-1', '0000000000000001.jsonl'), '{"seq":1,"prev":"half', { flag: 'a' })
      const files = faultyFiles()
      const failure = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
      files.fail(operation, failure)
      const opening = openTrail(folder, { files, onError: () => {} })
      await expect(opening).rejects.toMatchObject({ code: 'ERR_DEPENDENCY_UNAVAILABLE', cause: failure })
      expect([operation, files.opened]).toEqual([operation, 0])
      // A process that died here would leave a log that verifies.
      expect((await verify()).logs.flatMap(({ findings }) => findings)).toEqual([])
    }
    const trail = await openTrail(folder)
    expect((await trail.record(sampleEvent(1))).log).toBe('trail.example/writer-1')
    await trail.close()
    expect(await verify()).toMatchObject({ ok: true })
  })

  test('the same where it opens and can not end what was left', async () => {
    const trail = await openTrail(folder)
    await trail.intend(sampleEvent(1))
    await trail.close()
    const files = faultyFiles()
    const failure = new Error('no space left')
    files.fail('write', failure)
    const opening = openTrail(folder, { files, onError: () => {} })
    await expect(opening).rejects.toMatchObject({ code: 'ERR_DEPENDENCY_UNAVAILABLE', cause: failure })
    expect(files.opened).toBe(0)
    const next = await openTrail(folder)
    expect((await next.record(sampleEvent(2))).seq).toBe(3)
    await next.close()
  })

  const mounted = process.getuid?.() === 0
  const onTmpfs = mounted ? test : test.skip
  onTmpfs('a real full disk: nothing acknowledged is missing, and the trail goes on when there is room', async () => {
    const disk = join(folder, 'disk')
    mkdirSync(disk)
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk], { stdio: 'ignore' })
    } catch {
      // A container may be root and not be allowed to mount; the fault injection above has shown the same.
      return
    }
    try {
      writeFileSync(join(disk, 'ballast'), Buffer.alloc(100_000))
      const trail = await openTrail(join(disk, 'trail'), { onError: () => {} })
      const acknowledged = new Set<string>()
      let refused = 0
      for (let id = 0; id < 400; id++) {
        await trail.record(sampleEvent(id, { padding: 'x'.repeat(500) })).then(
          () => acknowledged.add(String(id)),
          () => refused++,
        )
      }
      expect(refused).toBeGreaterThan(0)
      expect(acknowledged.size).toBeGreaterThan(50)
      rmSync(join(disk, 'ballast'))
      await trail.record(sampleEvent(1000))
      await trail.close()
      const report = await verifyTrail(join(disk, 'trail'), { verifiers: [VERIFIER] })
      expect(report).toMatchObject({ ok: true, logs: [{ records: acknowledged.size + 1, notes: [] }] })
    } finally {
      execFileSync('umount', [disk])
    }
  })
})

describe('recovery', () => {
  test('an intent without an end is closed as unknown, also when it lies some segments back', async () => {
    const trail = await openTrail(folder, { segmentBytes: 2000 })
    await trail.intend(sampleEvent(1))
    const ended = await trail.intend(sampleEvent(2))
    for (let id = 3; id < 20; id++) await trail.record(sampleEvent(id))
    await ended.complete({ ...sampleEvent(2), outcome: 'failure' })
    await trail.close()
    await (await openTrail(folder)).close()
    const ends = records().filter(({ name }) => name === 'operation_completed')
    expect(ends.map(({ intent, outcome }) => [intent, outcome])).toEqual([
      [2, 'failure'],
      [1, 'unknown'],
    ])
    await (await openTrail(folder)).close()
    expect(records().filter(({ name }) => name === 'operation_completed')).toHaveLength(2)
  })

  test('a half-written line is set aside and told of', async () => {
    const trail = await openTrail(folder)
    await trail.record(sampleEvent(1))
    await trail.close()
    const segment = join(folder, 'writer-1', '0000000000000001.jsonl')
    writeFileSync(segment, '{"seq":2,"prev":"half', { flag: 'a' })
    await (await openTrail(folder)).close()
    expect(records().map(({ name }) => name)).toEqual(['sensitive_read', 'trail_recovered'])
    expect(readFileSync(join(folder, 'writer-1', 'torn-after-1'), 'utf8')).toBe('{"seq":2,"prev":"half')
    expect(await verify()).toMatchObject({ ok: true, logs: [{ notes: [] }] })
  })

  test('damage is not taken for a crash: what may have been acknowledged is kept, counted and told of', async () => {
    const trail = await openTrail(folder, { checkpointEvery: '1d' })
    for (let id = 1; id <= 10; id++) await trail.record(sampleEvent(id))
    // The process dies, and nothing is signed.
    const log = join(folder, 'writer-1')
    for (const name of readdirSync(log)) if (name.startsWith('lock')) rmSync(join(log, name))
    const segment = join(log, '0000000000000001.jsonl')
    writeFileSync(segment, readFileSync(segment, 'utf8').replace('"id":"6"', '"id":"7"'))
    const told: unknown[] = []
    await (await openTrail(folder, { onError: (error) => told.push(error) })).close()
    expect(told).toMatchObject([{ code: 'ERR_TRAIL_CORRUPT', message: expect.stringContaining('torn-after-5') }])
    const kept = records()
    expect(kept.map(({ name }) => name)).toEqual([...Array(5).fill('sensitive_read'), 'trail_recovered'])
    expect(kept.at(-1)).toMatchObject({ outcome: 'failure', details: { whole: 4, file: 'torn-after-5' } })
    expect(kept.at(-1)!.reason).toContain('may have been acknowledged')
    expect(readFileSync(join(log, 'torn-after-5'), 'utf8').split('\n')).toHaveLength(6)
  })

  test('a line whose JSON is broken under the name of an intent keeps nothing from starting', async () => {
    const [origin, prev] = ['trail.example/writer-1', genesisOf('trail.example/writer-1')]
    const { line } = encodeLine(1, prev, '{"time":"x","name":"operation_intended",broken}')
    mkdirSync(join(folder, 'writer-1'))
    const header = encodeHeader({ origin, first: 1, prev, frontier: [], open: [] })
    writeFileSync(join(folder, 'writer-1', '0000000000000001.jsonl'), header + line)
    const trail = await openTrail(folder)
    expect((await trail.record(sampleEvent(1))).seq).toBe(2)
    await trail.close()
  })

  test('records that a checkpoint vouches for and that are gone: the trail does not open', async () => {
    const trail = await openTrail(folder)
    for (let id = 0; id < 5; id++) await trail.record(sampleEvent(id))
    await trail.close()
    const segment = join(folder, 'writer-1', '0000000000000001.jsonl')
    const lines = readFileSync(segment, 'utf8').split('\n')
    writeFileSync(segment, `${lines.slice(0, 4).join('\n')}\n`)
    await expect(openTrail(folder)).rejects.toMatchObject({ code: 'ERR_TRAIL_CORRUPT' })
    // Refusing has not destroyed evidence, and holds no lock.
    expect(readFileSync(segment, 'utf8').split('\n')).toHaveLength(5)
    await expect(openTrail(folder)).rejects.toMatchObject({ code: 'ERR_TRAIL_CORRUPT' })
  })

  test('two writers in one folder never share a log, and a closed one is taken over', async () => {
    const [first, second] = [await openTrail(folder), await openTrail(folder)]
    expect((await first.record(sampleEvent(1))).log).toBe('trail.example/writer-1')
    expect((await second.record(sampleEvent(2))).log).toBe('trail.example/writer-2')
    await first.close()
    const third = await openTrail(folder)
    expect(await third.record(sampleEvent(3))).toEqual({ log: 'trail.example/writer-1', seq: 2 })
    await Promise.all([second.close(), third.close()])
    expect(existsSync(join(folder, 'writer-3'))).toBe(false)
    expect(await verify()).toMatchObject({ ok: true, logs: [{ records: 2 }, { records: 1 }] })
  })
})

describe('retention', () => {
  test('segments that have outlived it are removed, which is recorded; what is left verifies and goes on', async () => {
    const clock = fakeClock(Date.UTC(2026, 0, 1))
    const options = { clock, segmentBytes: 2000, retention: '30d' as const }
    const trail = await openTrail(folder, options)
    for (let day = 0; day < 60; day++) {
      await trail.record(sampleEvent(day))
      clock.advance(86_400_000)
    }
    await trail.close()
    const reopened = await openTrail(folder, options)
    await reopened.record(sampleEvent(60))
    await reopened.close()
    const kept = records()
    const days = kept.filter(({ name }) => name === 'sensitive_read').map(({ resource }) => Number(resource?.id))
    expect(days[0]).toBeGreaterThan(20)
    expect(days[0]).toBeLessThanOrEqual(31)
    expect(days.at(-1)).toBe(60)
    const through = kept.filter(({ name }) => name === 'trail_pruned').map(({ details }) => details!['through'])
    expect(through.at(-1)).toBe(kept[0]!.seq - 1)
    expect(await verify()).toMatchObject({ ok: true, logs: [{ first: kept[0]!.seq, notes: [] }] })
    // The same without that record is a manipulation.
    const first = join(
      folder,
      'writer-1',
      readdirSync(join(folder, 'writer-1'))
        .filter((name) => name.endsWith('.jsonl'))
        .sort()[0]!,
    )
    rmSync(first)
    expect((await verify()).logs[0]!.findings).toMatchObject([{ kind: 'dropped', seq: 1 }])
  })
})
