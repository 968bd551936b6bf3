import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'

import { subjectKeysContract } from '../../src/contract.ts'
import { fileSubjectKeys } from '../../src/keys.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ashlar-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

subjectKeysContract({ describe, test, expect }, () => fileSubjectKeys(join(folder, 'subjects')))

test('two processes make one key for one subject, and one pepper', async () => {
  const path = join(folder, 'subjects')
  const stores = await Promise.all([1, 2, 3, 4].map(() => fileSubjectKeys(path)))
  expect(new Set(stores.map((store) => store.pseudonym('alice'))).size).toBe(1)
  const made = await Promise.all(stores.map((store) => store.keyFor(store.pseudonym('alice'))))
  expect(new Set(made.map((key) => key.export().toString('hex'))).size).toBe(1)
  expect(readdirSync(path).filter((name) => name.startsWith('draft'))).toEqual([])
})

test('a pseudonym can not leave the folder', async () => {
  const keys = await fileSubjectKeys(join(folder, 'subjects'))
  await expect(keys.find('../../etc/passwd')).rejects.toThrow(RangeError)
})

test('a key that another process has shredded is gone here too', async () => {
  const [one, other] = [await fileSubjectKeys(folder), await fileSubjectKeys(folder)]
  const pseudonym = one.pseudonym('ada')
  await one.keyFor(pseudonym)
  expect(await other.shred(pseudonym)).toBe(true)
  expect(await one.find(pseudonym)).toBeUndefined()
})

test('a file that was cut off is no key, and no new one takes its place', async () => {
  const keys = await fileSubjectKeys(folder)
  const pseudonym = keys.pseudonym('ada')
  for (const content of ['', 'x'.repeat(31), 'x'.repeat(33)]) {
    writeFileSync(join(folder, `${pseudonym}.key`), content)
    await expect(keys.find(pseudonym)).rejects.toMatchObject({ code: 'ERR_DEPENDENCY_UNAVAILABLE' })
    await expect(keys.keyFor(pseudonym)).rejects.toMatchObject({ code: 'ERR_DEPENDENCY_UNAVAILABLE' })
  }
})

test('a key shows nothing of itself', async () => {
  const keys = await fileSubjectKeys(folder)
  const key = await keys.keyFor(keys.pseudonym('ada'))
  expect(inspect(key, { depth: 9, showHidden: true })).not.toContain(key.export().toString('hex').slice(0, 8))
  expect(JSON.stringify(key)).toBe('{}')
})

test.each([undefined, null, '', 7])('%p is no folder', async (folder) => {
  await expect(fileSubjectKeys(folder as string)).rejects.toMatchObject({ name: 'ConfigurationError' })
})
