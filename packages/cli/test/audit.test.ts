import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { checkpointSigner, checkpointVerifier, fileTrail, provesConsistency, provesInclusion } from '@ashlar/audit'
import { fileSubjectKeys } from '@ashlar/core/keys'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'

import { main } from '../src/index.ts'

let home: string
let folder: string
let subjects: string
let verifierKey: string
let keyFile: string
let notes: string[]

const DAYS = [Date.UTC(2026, 0, 5, 9), Date.UTC(2026, 0, 7, 9)]

async function ashlar(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', '']
  const code = await main(['audit', ...args], {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
  })
  return { code, out, err }
}

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'ashlar-cli-'))
})
afterAll(() => rmSync(home, { recursive: true }))

beforeEach(async () => {
  const own = mkdtempSync(join(home, 'case-'))
  folder = join(own, 'trail')
  subjects = join(own, 'subjects')
  keyFile = join(own, 'key.pem')
  verifierKey = (await ashlar('keygen', 'trail.example', '--out', keyFile)).out.trim()
  notes = []
  let now = DAYS[0]!
  const trail = await fileTrail({
    folder,
    signer: checkpointSigner('trail.example', readFileSync(keyFile, 'utf8')),
    subjects: await fileSubjectKeys(subjects),
    clock: { now: () => now },
    checkpointRecords: 4,
    onCheckpoint: (note) => notes.push(note),
  })
  const alice = { kind: 'bearer', subject: 'alice' }
  await trail.record({ name: 'sys_startup', outcome: 'success' })
  await trail.record({ name: 'authn_login_fail', outcome: 'refused', requestId: 'abcdefgh-1' })
  await trail.record({ name: 'sensitive_read', outcome: 'success', who: alice, action: 'orders:read' })
  await trail.record({
    name: 'consent_given',
    outcome: 'success',
    who: alice,
    details: { purpose: 'news', version: 3 },
  })
  now = DAYS[1]!
  await trail.record({ name: 'sensitive_read', outcome: 'success', who: { kind: 'bearer', subject: 'bob' } })
  await trail.record({
    name: 'config_changed',
    outcome: 'success',
    changes: { before: { limit: 1 }, after: { limit: 2 } },
  })
  await trail.close()
})

const verifier = () => checkpointVerifier(verifierKey)

describe('keygen', () => {
  test('makes a private key that only its owner reads, and never overwrites one', async () => {
    expect(statSync(keyFile).mode & 0o777).toBe(0o600)
    expect(verifier().name).toBe('trail.example')
    const before = readFileSync(keyFile, 'utf8')
    expect(await ashlar('keygen', 'trail.example', '--out', keyFile)).toMatchObject({ code: 1 })
    expect(readFileSync(keyFile, 'utf8')).toBe(before)
  })
})

describe('verify', () => {
  test('a whole trail: exit code 0', async () => {
    const { code, out } = await ashlar('verify', folder, '--key', verifierKey)
    expect(code).toBe(0)
    expect(out).toContain('trail.example/writer-1: ok\n  6 records from 1, signed up to 6, root ')
  })

  test('a changed one: exit code 1, the record and what was done', async () => {
    const path = join(folder, 'writer-1', '0000000000000001.jsonl')
    const before = readFileSync(path, 'utf8')
    const after = before.replace('"outcome":"refused"', '"outcome":"success"')
    expect(after).not.toBe(before)
    writeFileSync(path, after)
    const { code, out } = await ashlar('verify', folder, '--key', verifierKey)
    expect(code).toBe(1)
    expect(out).toContain('CHANGED')
    expect(out).toContain('  altered 2: ')
    const json = await ashlar('verify', folder, '--key', verifierKey, '--json')
    expect(JSON.parse(json.out)).toMatchObject({ ok: false, logs: [{ findings: [{ kind: 'altered', seq: 2 }] }] })
  })

  test('the end cut off with its checkpoints: the witness shows it', async () => {
    const witness = join(home, 'witness')
    writeFileSync(witness, notes.join(''))
    const path = join(folder, 'writer-1', '0000000000000001.jsonl')
    writeFileSync(path, `${readFileSync(path, 'utf8').split('\n').slice(0, 4).join('\n')}\n`)
    writeFileSync(join(folder, 'writer-1', 'checkpoints'), '')
    expect((await ashlar('verify', folder, '--key', verifierKey)).code).toBe(0)
    const { code, out } = await ashlar('verify', folder, '--key', verifierKey, '--witness', witness)
    expect(code).toBe(1)
    expect(out).toContain('truncated 4 to 6')
  })

  test('without a key only by saying so; an empty folder is no trail', async () => {
    expect((await ashlar('verify', folder)).code).toBe(2)
    expect((await ashlar('verify', folder, '--unsigned')).code).toBe(0)
    expect((await ashlar('verify', subjects, '--unsigned')).code).toBe(1)
  })
})

describe('tail and query', () => {
  test('tail prints the last records, one line each', async () => {
    const { out } = await ashlar('tail', folder, '--lines', '2')
    const lines = out.trim().split('\n')
    expect(lines).toHaveLength(2)
    expect(lines[1]).toMatch(/^2026-01-07T09:00:00\.000Z writer-1#6 config_changed success - - -$/)
  })

  test.each([
    [
      ['--name', 'sensitive_read'],
      [3, 5],
    ],
    [['--outcome', 'refused'], [2]],
    [['--request', 'abcdefgh-1'], [2]],
    [['--action', 'orders:read'], [3]],
    [
      ['--from', '2026-01-06'],
      [5, 6],
    ],
    [
      ['--to', '2026-01-05'],
      [1, 2, 3, 4],
    ],
    [['--limit', '1'], [1]],
    [['--subject', 'alice'], []],
  ])('query %j', async (filters, seqs) => {
    const { out } = await ashlar('query', folder, ...filters)
    const found = out.split('\n').filter((line) => line !== '')
    expect(found.map((line) => (JSON.parse(line) as { seq: number }).seq)).toEqual(seqs)
  })

  test.each([
    ['ocsf', { class_uid: 3002, metadata: { event_code: 'authn_login_fail' } }],
    ['ecs', { event: { code: 'authn_login_fail', outcome: 'failure' } }],
  ])('query as %s', async (format, expected) => {
    const { out } = await ashlar('query', folder, '--outcome', 'refused', '--format', format)
    expect(JSON.parse(out)).toMatchObject(expected)
    expect((await ashlar('query', folder, '--format', 'xml')).code).toBe(2)
  })

  test('query with the key store finds a person and shows what is sealed', async () => {
    const { out } = await ashlar('query', folder, '--subject', 'alice', '--subjects', subjects)
    expect(out.trim().split('\n')).toHaveLength(2)
    expect(out).toContain('"purpose":"news"')
  })
})

describe('a person’s rights', () => {
  const signing = () => ['--signing-key', keyFile, '--signer', 'trail.example']

  test('export gives all records about them, readable, and is recorded', async () => {
    const { code, out } = await ashlar('export', folder, '--subject', 'alice', '--subjects', subjects, ...signing())
    expect(code).toBe(0)
    const exported = JSON.parse(out) as { records: { seq: number; details?: object }[] }
    expect(exported.records.map(({ seq }) => seq)).toEqual([3, 4])
    expect(exported.records[1]!.details).toEqual({ purpose: 'news', version: 3 })
    expect((await ashlar('query', folder, '--name', 'subject_exported')).out).not.toContain('alice')
    expect((await ashlar('query', folder, '--name', 'subject_exported')).out).toContain('"records":2')
  })

  test('erase makes them unreadable for good, is recorded, and the trail still verifies', async () => {
    const { code } = await ashlar('erase', folder, '--subject', 'alice', '--subjects', subjects, ...signing())
    expect(code).toBe(0)
    expect((await ashlar('verify', folder, '--key', verifierKey)).code).toBe(0)
    const { out } = await ashlar('export', folder, '--subject', 'alice', '--subjects', subjects)
    expect(out).not.toContain('"news"')
    expect((await ashlar('query', folder, '--subject', 'bob', '--subjects', subjects)).out).toContain('"seq":5')
    expect((await ashlar('query', folder, '--name', 'subject_erased')).out).toContain('"flags":["gdpr"]')
    const again = await ashlar('erase', folder, '--subject', 'alice', '--subjects', subjects, ...signing())
    expect(again.code).toBe(1)
  })
})

describe('backup and restore', () => {
  const passphrase = () => {
    const file = join(home, 'passphrase')
    writeFileSync(file, 'correct horse battery staple\n')
    return file
  }

  test('what is restored verifies, and holds no key of a person', async () => {
    const [file, restored] = [`${folder}.backup`, `${folder}-restored`]
    expect((await ashlar('backup', folder, '--out', file, '--passphrase-file', passphrase())).code).toBe(0)
    expect(readFileSync(file, 'latin1')).not.toContain('sys_startup')
    const args = ['restore', file, '--out', restored, '--passphrase-file', passphrase(), '--key', verifierKey]
    expect(await ashlar(...args)).toMatchObject({ code: 0, out: expect.stringContaining('6 records restored') })
    expect((await ashlar('verify', restored, '--key', verifierKey)).code).toBe(0)
    expect(readdirSync(restored)).toEqual(['writer-1'])
    // It is not restored over what is there.
    expect((await ashlar(...args)).code).toBe(1)
  })

  test('another passphrase, a changed byte or a cut restores nothing', async () => {
    const [file, restored] = [`${folder}.backup`, `${folder}-restored`]
    await ashlar('backup', folder, '--out', file, '--passphrase-file', passphrase())
    const whole = readFileSync(file)
    const attempt = async () =>
      ashlar('restore', file, '--out', restored, '--passphrase-file', passphrase(), '--key', verifierKey)
    for (const damage of [
      (bytes: Buffer) => bytes.subarray(0, bytes.length - 1),
      (bytes: Buffer) => bytes.subarray(0, 40),
      (bytes: Buffer) => Buffer.concat([bytes, Buffer.from('x')]),
      (bytes: Buffer) => {
        bytes[bytes.length >> 1]! ^= 1
        return bytes
      },
    ]) {
      writeFileSync(file, damage(Buffer.from(whole)))
      expect(await attempt()).toMatchObject({ code: 1, err: expect.stringContaining('ERR_BACKUP_INVALID') })
      expect(readdirSync(join(folder, '..'))).not.toContain('trail-restored')
    }
    const other = join(home, 'other')
    writeFileSync(other, 'another passphrase that is long')
    writeFileSync(file, whole)
    const args = ['restore', file, '--out', restored, '--passphrase-file', other, '--key', verifierKey]
    expect(await ashlar(...args)).toMatchObject({ code: 1, err: expect.stringContaining('ERR_BACKUP_INVALID') })
  })
})

describe('prove', () => {
  const bytes = (text: string) => Buffer.from(text, 'base64')

  test('that a record is in the log, against a signed checkpoint', async () => {
    const proof = JSON.parse((await ashlar('prove', folder, '--log', 'writer-1', '--seq', '3')).out)
    const signed = verifier().open(notes.at(-1)!)!
    expect(signed.size).toBe(proof.size)
    expect(provesInclusion(bytes(proof.leaf), 2, 6, proof.path.map(bytes), signed.root)).toBe(true)
  })

  test('that the log only grew between two signed checkpoints', async () => {
    const { out } = await ashlar('prove', folder, '--log', 'writer-1', '--from', '4', '--to', '6')
    const proof = JSON.parse(out)
    const [first, second] = [notes[0]!, notes.at(-1)!].map((note) => verifier().open(note)!)
    expect(first).toMatchObject({ size: 4 })
    expect(provesConsistency(4, 6, first!.root, second!.root, proof.path.map(bytes))).toBe(true)
  })

  test('of what is not there there is no proof', async () => {
    expect((await ashlar('prove', folder, '--log', 'writer-1', '--seq', '7')).code).toBe(1)
    expect((await ashlar('prove', folder, '--log', '../x', '--seq', '1')).code).toBe(1)
    expect((await ashlar('prove', folder, '--log', 'writer-1')).code).toBe(2)
  })
})

describe('report', () => {
  test('JSON: evidence and gaps of each control', async () => {
    const { code, out } = await ashlar('report', folder, '--framework', 'gdpr', '--format', 'json')
    expect(code).toBe(0)
    const report = JSON.parse(out)
    expect(report).toMatchObject({ framework: 'GDPR', from: '2026-01-05', to: '2026-01-07', records: 6 })
    const control = (id: string) => report.controls.find((candidate: { id: string }) => candidate.id === id)
    expect(control('Art. 7')).toMatchObject({ count: 1, days: [1, 0, 0], samples: ['writer-1#4'], gaps: [] })
    expect(control('Art. 30')).toMatchObject({ count: 2, days: [1, 0, 1], outcomes: { success: 2 } })
    expect(control('Art. 17')).toMatchObject({ count: 0, gaps: ['no evidence in this period'] })
  })

  test('a control that asks for evidence each day names the days without', async () => {
    const { out } = await ashlar('report', folder, '--framework', 'pci', '--format', 'json')
    const access = JSON.parse(out).controls.find(({ id }: { id: string }) => id === '10.2.1.1')
    expect(access.gaps).toEqual(['no evidence on 2026-01-06'])
  })

  test('only the days asked for', async () => {
    const args = ['report', folder, '--framework', 'soc2', '--from', '2026-01-07', '--to', '2026-01-08']
    const report = JSON.parse((await ashlar(...args, '--format', 'json')).out)
    expect(report).toMatchObject({ records: 2, days: ['2026-01-07', '2026-01-08'] })
  })

  test('HTML that needs nothing else, with a chart for each control that has evidence', async () => {
    const { out } = await ashlar('report', folder, '--framework', 'owasp')
    expect(out).toMatch(/^<!doctype html>/)
    expect(out).not.toMatch(/<script|https?:|src=/)
    expect(out.match(/<svg/g)!.length).toBe(out.match(/records, 2026/g)!.length)
    expect(out).toContain('@media print')
  })

  test('CSV with one row a control', async () => {
    const { out } = await ashlar('report', folder, '--framework', 'pci', '--format', 'csv')
    const rows = out.trim().split('\r\n')
    expect(rows[0]).toBe('control,title,records,succeeded,failed or refused,first,last,gaps')
    expect(rows.find((row) => row.startsWith('10.2.1.4'))).toContain(',1,0,1,')
  })

  test.each([
    [['--framework', 'iso'], 2],
    [['--framework', 'pci', '--format', 'pdf'], 2],
    [['--framework', 'pci', '--from', 'yesterday'], 1],
    [[], 2],
  ])('wrong options %j', async (args, code) => {
    expect((await ashlar('report', folder, ...args)).code).toBe(code)
  })
})

test('an unknown command prints what there is', async () => {
  const { code, err } = await ashlar('explode')
  expect(code).toBe(2)
  expect(err).toContain('ashlar audit verify FOLDER')
  expect((await ashlar('verify', folder, '--kee', 'x')).err).toContain("Unknown option '--kee'")
})

test('the installed command runs', () => {
  const bin = fileURLToPath(new URL('../bin/ashlar.js', import.meta.url))
  const out = execFileSync(process.execPath, [bin, 'audit', 'verify', folder, '--key', verifierKey], {
    encoding: 'utf8',
  })
  expect(out).toContain('trail.example/writer-1: ok')
})
