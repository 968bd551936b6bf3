import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileSubjectKeys, memorySubjectKeys } from '@ashlar/core/keys'
import { afterEach, beforeEach, expect, test } from '@jest/globals'

import { type AuditRecord, unseal, verifyTrail } from '../../src/index.ts'
import { newFolder, openTrail, VERIFIER } from '../trail/sample-trail.ts'

let folder: string
beforeEach(() => {
  folder = newFolder()
})
afterEach(() => rmSync(folder, { recursive: true }))

const EVENT = {
  name: 'sensitive_update',
  outcome: 'success',
  reason: 'planted-Alice moved from planted-Bern',
  who: { kind: 'bearer', subject: 'planted-alice' },
  resource: { type: 'profile', id: 'planted-7' },
  where: { address: '192.0.2.77', userAgent: 'planted-browser' },
  changes: { before: { city: 'planted-Bern' }, after: { city: 'planted-Rome', password: 'never' } },
  details: { note: 'planted-note' },
} as const

function recordsOf(trail: string): AuditRecord[] {
  const lines = readFileSync(join(trail, 'writer-1', '0000000000000001.jsonl'), 'utf8').split('\n')
  return lines.slice(1, -1).map((line) => JSON.parse(line) as AuditRecord)
}

test('personal parts are sealed; with the key they come back, without it they never do, and the chain still verifies', async () => {
  const trail = join(folder, 'trail')
  const keys = await fileSubjectKeys(join(folder, 'subjects'))
  const writer = await openTrail(trail, { subjects: keys, service: 'profiles' })
  await writer.record(EVENT)
  await writer.record({ ...EVENT, who: { kind: 'bearer', subject: 'bob' } })
  await writer.record({ name: 'sys_startup', outcome: 'success' })
  await writer.close()

  const [alice, bob, startup] = recordsOf(trail)
  expect(JSON.stringify(alice)).not.toMatch(/planted|192\.0\.2/)
  expect(alice).toMatchObject({
    name: 'sensitive_update',
    who: { kind: 'bearer', subject: keys.pseudonym('planted-alice') },
    resource: { type: 'profile' },
    where: { service: 'profiles' },
  })
  expect(startup!.sealed).toBeUndefined()
  expect(await unseal(alice!, keys)).toMatchObject({
    reason: 'planted-Alice moved from planted-Bern',
    who: { subject: 'planted-alice' },
    resource: { type: 'profile', id: 'planted-7' },
    where: { service: 'profiles', address: '192.0.2.77', userAgent: 'planted-browser' },
    changes: { before: { city: 'planted-Bern' }, after: { city: 'planted-Rome', password: '[redacted]' } },
    details: { note: 'planted-note' },
  })

  expect(await keys.shred(keys.pseudonym('planted-alice'))).toBe(true)
  expect(await keys.shred(keys.pseudonym('planted-alice'))).toBe(false)
  const fresh = await fileSubjectKeys(join(folder, 'subjects'))
  expect(await unseal(alice!, fresh)).toEqual(alice)
  expect((await unseal(bob!, fresh)).who).toEqual({ kind: 'bearer', subject: 'bob' })
  expect(await verifyTrail(trail, { verifiers: [VERIFIER] })).toMatchObject({ ok: true })
})

test('what is sealed for one subject does not open as another', async () => {
  const keys = await fileSubjectKeys(join(folder, 'subjects'))
  const writer = await openTrail(join(folder, 'trail'), { subjects: keys })
  await writer.record(EVENT)
  await writer.record({ ...EVENT, who: { kind: 'bearer', subject: 'bob' } })
  await writer.close()
  const [alice, bob] = recordsOf(join(folder, 'trail'))
  const swapped = { ...alice!, sealed: { subject: bob!.sealed!.subject, data: alice!.sealed!.data } }
  await expect(unseal(swapped, keys)).rejects.toMatchObject({ code: 'ERR_SEAL_BROKEN' })
})

test('keys that throw or reject refuse the record, and nothing of it is written', async () => {
  const keys = memorySubjectKeys()
  const failure = new Error('no such host')
  const failing = { ...keys, keyFor: () => Promise.reject(failure) }
  const throwing = {
    ...keys,
    pseudonym() {
      throw failure
    },
  }
  for (const subjects of [failing, throwing]) {
    const writer = await openTrail(join(folder, 'trail'), { subjects })
    await expect(writer.record(EVENT)).rejects.toMatchObject({ code: 'ERR_DEPENDENCY_UNAVAILABLE', cause: failure })
    await writer.close()
  }
  expect(recordsOf(join(folder, 'trail'))).toEqual([])
})
