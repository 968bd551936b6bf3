import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from '@jest/globals'

import { ashlar, sampleTrail } from './sample-trail.ts'

const sample = sampleTrail()

test('export gives all records about them, readable, and is recorded', async () => {
  const { code, out } = await ashlar(
    'export',
    sample.folder,
    '--subject',
    'alice',
    '--subjects',
    sample.subjects,
    ...sample.signing,
  )
  expect(code).toBe(0)
  const exported = JSON.parse(out) as { records: { seq: number; details?: object }[] }
  expect(exported.records.map(({ seq }) => seq)).toEqual([3, 4])
  expect(exported.records[1]!.details).toEqual({ purpose: 'news', version: 3 })
  expect((await ashlar('query', sample.folder, '--name', 'subject_exported')).out).not.toContain('alice')
  expect((await ashlar('query', sample.folder, '--name', 'subject_exported')).out).toContain('"records":2')
})

test('erase makes them unreadable for good, is recorded, and the trail still verifies', async () => {
  const { code } = await ashlar(
    'erase',
    sample.folder,
    '--subject',
    'alice',
    '--subjects',
    sample.subjects,
    ...sample.signing,
  )
  expect(code).toBe(0)
  expect((await ashlar('verify', sample.folder, '--key', sample.verifierKey)).code).toBe(0)
  const { out } = await ashlar('export', sample.folder, '--subject', 'alice', '--subjects', sample.subjects)
  expect(out).not.toContain('"news"')
  expect((await ashlar('query', sample.folder, '--subject', 'bob', '--subjects', sample.subjects)).out).toContain(
    '"seq":5',
  )
  expect((await ashlar('query', sample.folder, '--name', 'subject_erased')).out).toContain('"flags":["gdpr"]')
  const again = await ashlar(
    'erase',
    sample.folder,
    '--subject',
    'alice',
    '--subjects',
    sample.subjects,
    ...sample.signing,
  )
  expect(again.code).toBe(1)
})

test('what is erased is announced before the key is destroyed', async () => {
  await ashlar('erase', sample.folder, '--subject', 'alice', '--subjects', sample.subjects, ...sample.signing)
  const { out } = await ashlar('query', sample.folder, '--name', 'subject_erased')
  const records = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { name: string; outcome: string })
  expect(records.map(({ name, outcome }) => [name, outcome])).toEqual([
    ['operation_intended', 'intended'],
    ['operation_completed', 'success'],
  ])
})

test('where the trail can not be written nobody is erased', async () => {
  const signing = ['--signing-key', join(sample.home, 'nowhere.pem'), '--signer', 'trail.example']
  const erase = await ashlar('erase', sample.folder, '--subject', 'alice', '--subjects', sample.subjects, ...signing)
  expect(erase.code).toBe(1)
  const { out } = await ashlar('export', sample.folder, '--subject', 'alice', '--subjects', sample.subjects)
  expect(out).toContain('"news"')
})

test('a misspelt folder is refused and not made', async () => {
  const nowhere = join(sample.home, 'nowhere')
  const args = ['--subject', 'alice', '--subjects', nowhere]
  for (const command of ['export', 'erase', 'query']) {
    expect(await ashlar(command, sample.folder, ...args)).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining(nowhere),
    })
  }
  expect((await ashlar('export', nowhere, '--subject', 'alice')).code).toBe(2)
  expect(existsSync(nowhere)).toBe(false)
})
