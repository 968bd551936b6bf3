import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { checkpointSigner, fileTrail } from '@ashlar/audit'
import { expect, test } from '@jest/globals'

import { ashlar, sampleTrail } from './sample-trail.ts'

const sample = sampleTrail()

test('a whole trail: exit code 0', async () => {
  const { code, out } = await ashlar('verify', sample.folder, '--key', sample.verifierKey)
  expect(code).toBe(0)
  expect(out).toContain('trail.example/writer-1: ok\n  6 records from 1, signed up to 6, root ')
})

test('a changed one: exit code 1, the record and what was done', async () => {
  const path = sample.segment
  const before = readFileSync(path, 'utf8')
  const after = before.replace('"outcome":"refused"', '"outcome":"success"')
  expect(after).not.toBe(before)
  writeFileSync(path, after)
  const { code, out } = await ashlar('verify', sample.folder, '--key', sample.verifierKey)
  expect(code).toBe(1)
  expect(out).toContain('CHANGED')
  expect(out).toContain('  altered 2: ')
  const json = await ashlar('verify', sample.folder, '--key', sample.verifierKey, '--json')
  expect(JSON.parse(json.out)).toMatchObject({ ok: false, logs: [{ findings: [{ kind: 'altered', seq: 2 }] }] })
})

test('the end cut off with its checkpoints: the witness shows it', async () => {
  const witness = join(sample.home, 'witness')
  writeFileSync(witness, sample.notes.join(''))
  const path = sample.segment
  writeFileSync(path, `${readFileSync(path, 'utf8').split('\n').slice(0, 4).join('\n')}\n`)
  writeFileSync(join(sample.folder, 'writer-1', 'checkpoints'), '')
  expect((await ashlar('verify', sample.folder, '--key', sample.verifierKey)).code).toBe(0)
  const { code, out } = await ashlar('verify', sample.folder, '--key', sample.verifierKey, '--witness', witness)
  expect(code).toBe(1)
  expect(out).toContain('truncated 4 to 6')
})

test('without a key only by saying so; an empty folder is no trail', async () => {
  expect((await ashlar('verify', sample.folder)).code).toBe(2)
  expect((await ashlar('verify', sample.folder, '--unsigned')).code).toBe(0)
  expect((await ashlar('verify', sample.subjects, '--unsigned')).code).toBe(1)
})

test('after a change of keys all of them are given', async () => {
  const next = join(sample.home, 'next.pem')
  const key = (await ashlar('keygen', 'trail.example', '--out', next)).out.trim()
  const signer = checkpointSigner('trail.example', readFileSync(next, 'utf8'))
  const trail = await fileTrail({ folder: sample.folder, signer })
  await trail.record({ name: 'secret_rotated', outcome: 'success' })
  await trail.close()
  for (const keys of [[sample.verifierKey], [key]]) {
    expect((await ashlar('verify', sample.folder, '--key', ...keys)).code).toBe(1)
  }
  const both = ['--key', sample.verifierKey, '--key', key]
  expect(await ashlar('verify', sample.folder, ...both)).toMatchObject({
    code: 0,
    out: expect.stringContaining('7 records from 1, signed up to 7'),
  })
})

test.each([
  ['nothing', () => ''],
  ['no note', () => 'nonsense\n'],
  ['JSON', (notes: readonly string[]) => JSON.stringify(notes)],
  ['carriage returns', (notes: readonly string[]) => notes.join('').replaceAll('\n', '\r\n')],
  ['no line break at the end', (notes: readonly string[]) => notes.join('').trimEnd()],
  ['something between the notes', (notes: readonly string[]) => notes.join('seen on Monday\n\n')],
  ['a note that another key has signed', (notes: readonly string[]) => notes.join('').replace('— trail', '— other')],
])('a witness with %s is refused, not ignored', async (_, write) => {
  const witness = join(sample.home, 'witness')
  writeFileSync(witness, write(sample.notes))
  const { code, err } = await ashlar('verify', sample.folder, '--key', sample.verifierKey, '--witness', witness)
  expect(code).toBe(2)
  expect(err).toContain(witness)
})
