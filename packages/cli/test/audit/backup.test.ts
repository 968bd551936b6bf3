import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from '@jest/globals'

import { ashlar, sampleTrail } from './sample-trail.ts'

const sample = sampleTrail()

const passphrase = () => {
  const file = join(sample.home, 'passphrase')
  writeFileSync(file, 'correct horse battery staple\n')
  return file
}

test('what is restored verifies, and holds no key of a person', async () => {
  const [file, restored] = [`${sample.folder}.backup`, `${sample.folder}-restored`]
  expect((await ashlar('backup', sample.folder, '--out', file, '--passphrase-file', passphrase())).code).toBe(0)
  expect(readFileSync(file, 'latin1')).not.toContain('sys_startup')
  const args = ['restore', file, '--out', restored, '--passphrase-file', passphrase(), '--key', sample.verifierKey]
  expect(await ashlar(...args)).toMatchObject({ code: 0, out: expect.stringContaining('6 records restored') })
  expect((await ashlar('verify', restored, '--key', sample.verifierKey)).code).toBe(0)
  expect(readdirSync(restored)).toEqual(['writer-1'])
  // It is not restored over what is there.
  expect((await ashlar(...args)).code).toBe(1)
})

test('another passphrase, a changed byte or a cut restores nothing', async () => {
  const [file, restored] = [`${sample.folder}.backup`, `${sample.folder}-restored`]
  await ashlar('backup', sample.folder, '--out', file, '--passphrase-file', passphrase())
  const whole = readFileSync(file)
  const attempt = async () =>
    ashlar('restore', file, '--out', restored, '--passphrase-file', passphrase(), '--key', sample.verifierKey)
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
    expect(readdirSync(join(sample.folder, '..'))).not.toContain('trail-restored')
  }
  const other = join(sample.home, 'other')
  writeFileSync(other, 'another passphrase that is long')
  writeFileSync(file, whole)
  const args = ['restore', file, '--out', restored, '--passphrase-file', other, '--key', sample.verifierKey]
  expect(await ashlar(...args)).toMatchObject({ code: 1, err: expect.stringContaining('ERR_BACKUP_INVALID') })
})
