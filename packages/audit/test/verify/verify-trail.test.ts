import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'

import { splitNotes, type TrailReport, verifyTrail } from '../../src/index.ts'
import { encodeLine } from '../../src/trail/line.ts'
import { genesisOf } from '../../src/trail/segment-header.ts'
import { newFolder, openTrail, SIGNER, sampleEvent, VERIFIER } from '../trail/sample-trail.ts'
import { MANIPULATIONS, type Random, SAMPLE_SIZE } from './manipulations.ts'

const SEED = 20_260_101
const ROUNDS = 50

let original: string
let scratch: string

beforeAll(async () => {
  original = newFolder()
  scratch = newFolder()
  const trail = await openTrail(original, { segmentBytes: 16_000, checkpointRecords: 40 })
  for (let id = 1; id <= SAMPLE_SIZE; id++) await trail.record(sampleEvent(id))
  await trail.close()
})
afterAll(() => {
  rmSync(original, { recursive: true })
  rmSync(scratch, { recursive: true })
})

function verify(folder: string): Promise<TrailReport> {
  return verifyTrail(folder, { verifiers: [VERIFIER] })
}

/** Mulberry32: the same manipulations on every machine. */
function seeded(seed: number): Random {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

test('an untouched trail verifies, over several segments and checkpoints', async () => {
  const report = await verify(original)
  expect(report).toMatchObject({
    ok: true,
    missing: [],
    logs: [{ origin: 'trail.example/writer-1', records: SAMPLE_SIZE, first: 1, signedSize: SAMPLE_SIZE, findings: [] }],
  })
  expect(report.logs[0]!.notes).toEqual([])
})

describe(`${Object.keys(MANIPULATIONS).length * ROUNDS} random manipulations are found and rightly named`, () => {
  test.each(Object.entries(MANIPULATIONS))('%s', async (_, manipulate) => {
    const random = seeded(SEED)
    for (let round = 0; round < ROUNDS; round++) {
      cpSync(original, scratch, { recursive: true, force: true })
      const expected = manipulate(join(scratch, 'writer-1'), random)
      const { ok, logs } = await verify(scratch)
      const found = logs[0]!.findings[0]
      expect({ round, ok, found: found?.kind }).toEqual({ round, ok: false, found: expect.any(String) })
      expect(expected.kinds).toContain(found!.kind)
      if (expected.seq > 0) expect({ round, seq: found!.seq }).toEqual({ round, seq: expected.seq })
      rmSync(scratch, { recursive: true })
    }
  })
})

test('a trail cut off together with its checkpoints is found by what a witness kept', async () => {
  cpSync(original, scratch, { recursive: true, force: true })
  const checkpoints = join(scratch, 'writer-1', 'checkpoints')
  const notes = splitNotes(readFileSync(checkpoints, 'utf8'))
  const [first, ...later] = readdirSync(join(scratch, 'writer-1'))
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
  for (const name of later) rmSync(join(scratch, 'writer-1', name))
  const path = join(scratch, 'writer-1', first!)
  const lines = readFileSync(path, 'utf8').split('\n')
  writeFileSync(path, `${lines.slice(0, 31).join('\n')}\n`)
  writeFileSync(checkpoints, '')
  expect((await verify(scratch)).logs[0]!.findings).toEqual([])
  const witnessed = await verifyTrail(scratch, { verifiers: [VERIFIER], witnessed: notes })
  expect(witnessed.logs[0]!.findings).toMatchObject([{ kind: 'truncated', seq: 31, through: SAMPLE_SIZE }])
})

test('a log that is gone altogether is found by what a witness kept', async () => {
  const notes = splitNotes(readFileSync(join(original, 'writer-1', 'checkpoints'), 'utf8'))
  const empty = newFolder()
  const report = await verifyTrail(empty, { verifiers: [VERIFIER], witnessed: notes })
  expect(report).toEqual({ ok: false, logs: [], missing: ['trail.example/writer-1'] })
  rmSync(empty, { recursive: true })
})

test('a checkpoint of another key vouches for nothing', async () => {
  const other = await import('node:crypto').then(({ generateKeyPairSync }) => generateKeyPairSync('ed25519'))
  const { checkpointSigner, checkpointVerifier } = await import('../../src/index.ts')
  const verifier = checkpointVerifier(checkpointSigner('trail.example', other.privateKey).verifierKey)
  const { ok, logs } = await verifyTrail(original, { verifiers: [verifier] })
  expect(ok).toBe(false)
  expect(logs[0]!.findings[0]!.kind).toBe('checkpoint-altered')
})

describe('what a checkpoint file can hold besides', () => {
  async function withCheckpoints(change: (text: string) => string): Promise<TrailReport> {
    cpSync(original, scratch, { recursive: true, force: true })
    const path = join(scratch, 'writer-1', 'checkpoints')
    writeFileSync(path, change(readFileSync(path, 'utf8')))
    return verify(scratch)
  }

  test('a half-written note at the end is a note of the report, as after a crash', async () => {
    const report = await withCheckpoints((text) => `${text}trail.example/wri`)
    expect(report).toMatchObject({ ok: true, logs: [{ notes: ['the last checkpoint is half-written'] }] })
  })

  test('text of another kind is a finding', async () => {
    const report = await withCheckpoints((text) => `${text}nonsense\n`)
    expect(report.logs[0]!.findings).toMatchObject([
      { kind: 'checkpoint-altered', detail: 'text among the checkpoints' },
    ])
  })

  test('a checkpoint of another log, though well signed, is a finding', async () => {
    const foreign = SIGNER.sign({ origin: 'trail.example/writer-2', size: 3, root: Buffer.alloc(32) })
    const report = await withCheckpoints((text) => foreign + text)
    expect(report.logs[0]!.findings).toMatchObject([{ kind: 'checkpoint-altered', seq: 3 }])
  })

  test('without any key the chain is checked against what the checkpoints claim', async () => {
    expect(await verifyTrail(original, { verifiers: [] })).toMatchObject({ ok: true })
  })
})

test.each([0, 1])(
  'segment %i with a header of nonsense is a finding, and its records are still read',
  async (index) => {
    cpSync(original, scratch, { recursive: true, force: true })
    const folder = join(scratch, 'writer-1')
    const name = readdirSync(folder)
      .filter((file) => file.endsWith('.jsonl'))
      .sort()[index]!
    const lines = readFileSync(join(folder, name), 'utf8').split('\n')
    writeFileSync(join(folder, name), ['nonsense', ...lines.slice(1)].join('\n'))
    const [log] = (await verify(scratch)).logs
    expect(log!.records).toBe(SAMPLE_SIZE)
    expect(log!.findings[0]).toMatchObject({ kind: 'header-altered', seq: Number(name.slice(0, 16)) })
  },
)

describe('lines that would stop a reader', () => {
  async function withLine(line: string): Promise<TrailReport> {
    cpSync(original, scratch, { recursive: true, force: true })
    const folder = join(scratch, 'writer-1')
    const name = readdirSync(folder)
      .filter((file) => file.endsWith('.jsonl'))
      .sort()[0]!
    const lines = readFileSync(join(folder, name), 'utf8').split('\n')
    writeFileSync(join(folder, name), [...lines.slice(0, 5), line, ...lines.slice(5)].join('\n'))
    return verify(scratch)
  }
  const lineOf = (seq: number, body: string) => encodeLine(seq, genesisOf('x'), body).line.trimEnd()

  test.each([
    ['a number that is far away', lineOf(9_007_199_254_740_991, '{"time":"x"}')],
    ['a number beyond all that can be counted', lineOf(1e16, '{"time":"x"}')],
    ['broken JSON under the name of a pruning', lineOf(5, '{"name":"trail_pruned",broken}')],
    ['a pruning of nothing', lineOf(5, '{"name":"trail_pruned","details":null}')],
  ])('%s is a finding and ends nothing', async (_, line) => {
    const [log] = (await withLine(line)).logs
    expect(log!.findings.length).toBeGreaterThan(0)
    expect(log!.records).toBeGreaterThanOrEqual(SAMPLE_SIZE)
  })
})

test.each([
  [undefined, 'ERR_OPTION_MISSING'],
  [{}, 'ERR_OPTION_MISSING'],
  [{ verifiers: VERIFIER }, 'ERR_OPTION_INVALID'],
  [{ verifiers: [SIGNER.verifierKey] }, 'ERR_OPTION_INVALID'],
  [{ verifiers: [undefined] }, 'ERR_OPTION_INVALID'],
  [{ verifiers: [VERIFIER], witnessed: 'a note' }, 'ERR_OPTION_INVALID'],
  [{ verifiers: [VERIFIER], witnesed: [] }, 'ERR_OPTION_UNKNOWN'],
])('wrong options are refused: %#', async (options, code) => {
  await expect(verifyTrail(original, options as never)).rejects.toMatchObject({ code })
})
