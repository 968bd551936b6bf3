import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from '@jest/globals'

import { backupTrail, restoreTrail, verifyTrail } from '../../src/index.ts'
import { newFolder, openTrail, sampleEvent, VERIFIER } from '../trail/sample-trail.ts'

let home: string
let folder: string
const PASSPHRASE = 'correct horse battery staple'

beforeEach(() => {
  home = newFolder()
  folder = join(home, 'trail')
})
afterEach(() => rmSync(home, { recursive: true }))

test('a trail of several segments and logs, larger than a chunk, comes back as it was, also from under a writer', async () => {
  const [first, second] = [await openTrail(folder, { segmentBytes: 60_000 }), await openTrail(folder)]
  const padding = 'x'.repeat(300)
  await Promise.all(Array.from({ length: 400 }, (_, id) => first.record(sampleEvent(id, { padding }))))
  await second.record(sampleEvent(1))
  await backupTrail(folder, join(home, 'backup'), PASSPHRASE)
  await Promise.all([first.close(), second.close()])
  expect(readFileSync(join(home, 'backup'), 'latin1')).not.toMatch(/sensitive_read|writer-1/)
  await restoreTrail(join(home, 'backup'), join(home, 'restored'), PASSPHRASE)
  const report = await verifyTrail(join(home, 'restored'), { verifiers: [VERIFIER] })
  expect(report).toMatchObject({ ok: true, logs: [{ records: 400 }, { records: 1 }] })
  // The restored trail is a trail: it can be written to.
  const restored = await openTrail(join(home, 'restored'))
  expect(await restored.record(sampleEvent(2))).toMatchObject({ seq: 401 })
  await restored.close()
})

test('an empty trail can be backed up; what is no trail can not, and leaves nothing', async () => {
  const trail = await openTrail(folder)
  await trail.close()
  await backupTrail(folder, join(home, 'backup'), PASSPHRASE)
  await restoreTrail(join(home, 'backup'), join(home, 'restored'), PASSPHRASE)
  expect(await verifyTrail(join(home, 'restored'), { verifiers: [VERIFIER] })).toMatchObject({ ok: true })
  await expect(backupTrail(join(home, 'nowhere'), join(home, 'other'), PASSPHRASE)).rejects.toMatchObject({
    code: 'ENOENT',
  })
  expect(existsSync(join(home, 'other'))).toBe(false)
  expect(existsSync(join(home, 'other.part'))).toBe(false)
})

test('a log that another process has only just claimed keeps no backup from being made', async () => {
  const trail = await openTrail(folder)
  await trail.record(sampleEvent(1))
  mkdirSync(join(folder, 'writer-2'))
  await backupTrail(folder, join(home, 'backup'), PASSPHRASE)
  await trail.close()
  await restoreTrail(join(home, 'backup'), join(home, 'restored'), PASSPHRASE)
  expect(await verifyTrail(join(home, 'restored'), { verifiers: [VERIFIER] })).toMatchObject({ logs: [{ records: 1 }] })
})

test.each([undefined, 7, '', 'fifteen letters'])('%j is no passphrase', async (passphrase) => {
  await (await openTrail(folder)).close()
  const attempt = backupTrail(folder, join(home, 'backup'), passphrase as never)
  await expect(attempt).rejects.toMatchObject({ code: 'ERR_OPTION_INVALID', option: 'passphrase' })
  expect(existsSync(join(home, 'backup'))).toBe(false)
})

test.each([
  ['empty', () => Buffer.alloc(0)],
  ['no backup', () => Buffer.from('something else that is long enough to be read')],
  ['a header alone', (whole: Buffer) => whole.subarray(0, 32)],
  ['the last chunk gone', (whole: Buffer) => whole.subarray(0, 32 + 65_552)],
  [
    'two chunks exchanged',
    (whole: Buffer) => {
      const [a, b] = [whole.subarray(32, 32 + 65_552), whole.subarray(32 + 65_552, 32 + 2 * 65_552)]
      return Buffer.concat([whole.subarray(0, 32), b, a, whole.subarray(32 + 2 * 65_552)])
    },
  ],
])('a damaged backup restores nothing: %s', async (_, damage) => {
  const trail = await openTrail(folder)
  const padding = 'x'.repeat(300)
  await Promise.all(Array.from({ length: 400 }, (_, id) => trail.record(sampleEvent(id, { padding }))))
  await trail.close()
  const file = join(home, 'backup')
  await backupTrail(folder, file, PASSPHRASE)
  writeFileSync(file, damage(readFileSync(file)))
  await expect(restoreTrail(file, join(home, 'restored'), PASSPHRASE)).rejects.toMatchObject({
    code: 'ERR_BACKUP_INVALID',
  })
  expect(existsSync(join(home, 'restored'))).toBe(false)
  expect(existsSync(join(home, 'restored.part'))).toBe(false)
})
