import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fleet } from '@ashlar/testkit'
import { afterEach, beforeEach, expect, test } from '@jest/globals'

import { claimFolder } from '../../src/embedded/folder-lock.ts'

const CLAIMING = new URL('./fixtures/claiming.js', import.meta.url)

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-lock-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function claimed(): Promise<() => Promise<void>> {
  const claim = await claimFolder(folder)
  if ('release' in claim) return claim.release
  throw new Error(`in use by ${claim.heldBy}`)
}

test('a folder is one claimant’s until he releases it, and nothing is left then', async () => {
  const release = await claimed()
  expect(await claimFolder(folder)).toEqual({ heldBy: `process ${process.pid}` })
  expect(await readdir(folder)).toHaveLength(1)
  await release()
  expect(await readdir(folder)).toEqual([])
  await (await claimed())()
})

test('of many at once exactly one gets it, round after round', async () => {
  for (let round = 0; round < 20; round++) {
    const claims = await Promise.all(Array.from({ length: 8 }, () => claimFolder(folder)))
    const winners = claims.flatMap((claim) => ('release' in claim ? [claim] : []))
    expect(winners).toHaveLength(1)
    await winners[0]!.release()
  }
})

test('what a process that was killed has left is taken over, and one that is stopped keeps it', async () => {
  const holder = fleet(CLAIMING, 1, { folder })
  const [{ pid }] = await holder.each('claimed')
  expect(await claimFolder(folder)).toEqual({ heldBy: `process ${pid}` })
  process.kill(pid, 'SIGSTOP')
  expect(await claimFolder(folder)).toEqual({ heldBy: 'a process that does not say who it is' })
  holder.kill()
  await holder.ended()
  expect(await readdir(folder)).toHaveLength(1)
  const release = await claimed()
  expect(await readdir(folder)).toHaveLength(1)
  await release()
})

test('a folder whose path is too long for a socket is refused', async () => {
  await expect(claimFolder(join(folder, 'a'.repeat(120)))).rejects.toThrow('too long')
})
