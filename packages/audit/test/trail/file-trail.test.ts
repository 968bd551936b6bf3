import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { fakeClock } from '@ashlar/testkit'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'

import { type AuditRecord, fileTrail, splitNotes, streamTrail, trailTransport, verifyTrail } from '../../src/index.ts'
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
    [{ folder: 'x', signer: SIGNER, segmentBytes: 0 }, 'ERR_OPTION_INVALID'],
    [{ folder: 'x', signer: SIGNER, service: '' }, 'ERR_OPTION_INVALID'],
    [{ folder: 'x', signer: SIGNER, redaction: { depth: 1 } }, 'ERR_OPTION_UNKNOWN'],
  ])('wrong options are refused: %j', async (options, code) => {
    await expect(fileTrail(options as never)).rejects.toMatchObject({ code })
  })
})

describe('checkpoints', () => {
  test('each is published once it is durable; a witness that fails holds up nothing', async () => {
    const notes: string[] = []
    const alarms: unknown[] = []
    const trail = await openTrail(folder, {
      checkpointRecords: 5,
      onCheckpoint(note) {
        expect(readFileSync(join(folder, 'writer-1', 'checkpoints'), 'utf8')).toContain(note)
        notes.push(note)
        return Promise.reject(new Error('witness away'))
      },
      onAlarm: (error) => alarms.push(error),
    })
    for (let id = 0; id < 12; id++) await trail.record(sampleEvent(id))
    await trail.close()
    expect(notes.map((note) => VERIFIER.open(note)?.size)).toEqual([5, 10, 12])
    expect(alarms).toHaveLength(3)
    expect(splitNotes(readFileSync(join(folder, 'writer-1', 'checkpoints'), 'utf8'))).toEqual(notes)
  })

  test('a second after a record its checkpoint is signed', async () => {
    const signed = new Promise<string>((resolve) => {
      void openTrail(folder, { checkpointMs: 1, onCheckpoint: resolve }).then((trail) => trail.record(sampleEvent(1)))
    })
    expect(VERIFIER.open(await signed)).toMatchObject({ origin: 'trail.example/writer-1', size: 1 })
  })
})

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
      const trail = await openTrail(join(disk, 'trail'), { onAlarm: () => {} })
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
    const options = { clock, segmentBytes: 2000, retentionDays: 30 }
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

describe('streams', () => {
  test('streamTrail writes chained lines', async () => {
    const chunks: string[] = []
    const { Writable } = await import('node:stream')
    const stream = new Writable({
      write(chunk, _encoding, done) {
        chunks.push(String(chunk))
        done()
      },
    })
    const trail = streamTrail({ stream, service: 'orders' })
    await Promise.all([1, 2, 3].map((id) => trail.record(sampleEvent(id))))
    await trail.close()
    const lines = chunks
      .join('')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as AuditRecord)
    expect(lines.map(({ seq }) => seq)).toEqual([1, 2, 3])
    expect(lines[2]!.prev).toBe(lines[1]!.hash)
  })

  test('a stream that fails rejects, and its records have no number', async () => {
    const { Writable } = await import('node:stream')
    const stream = new Writable({ write: (_chunk, _encoding, done) => done(new Error('pipe closed')) })
    stream.on('error', () => {})
    const trail = streamTrail({ stream })
    await expect(trail.record(sampleEvent(1))).rejects.toMatchObject({ code: 'ERR_DEPENDENCY_UNAVAILABLE' })
  })

  test('winston writes to the trail through the transport, redacted', async () => {
    const { default: winston } = await import('winston')
    const trail = await openTrail(folder)
    const logger = winston.createLogger({ transports: [trailTransport(trail) as never] })
    const finished = new Promise((resolve) => logger.on('finish', resolve))
    logger.warn('login of alice, password=hunter2', { order: 7, token: 'planted' })
    logger.end()
    await finished
    await new Promise((resolve) => setImmediate(resolve))
    await trail.close()
    expect(records()).toMatchObject([
      { name: 'app_log', reason: 'login of alice, password=[redacted]', details: { level: 'warn', order: 7 } },
    ])
    expect(JSON.stringify(records())).not.toMatch(/hunter2|planted/)
  })
})
