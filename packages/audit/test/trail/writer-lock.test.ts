import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from '@jest/globals'

import { claim, lockState } from '../../src/trail/writer-lock.ts'
import { newFolder } from './sample-trail.ts'

let folder: string
beforeEach(() => {
  folder = newFolder()
})
afterEach(() => rmSync(folder, { recursive: true }))

/** The lock of this process, as another one would have written it. */
async function lockOf(changes: object): Promise<void> {
  await claim(folder)
  const [name] = readdirSync(folder)
  const path = join(folder, name!)
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...changes }))
}

async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', ''])
  await once(child, 'exit')
  return child.pid!
}

test('one holder at a time; released, it is free', async () => {
  expect(await lockState(folder)).toBe('none')
  const lock = await claim(folder)
  expect(await lockState(folder)).toBe('held')
  expect(await claim(folder)).toBeUndefined()
  await lock!.release()
  expect(await lockState(folder)).toBe('released')
  expect(await claim(folder)).toBeDefined()
  expect(readdirSync(folder)).toEqual(['lock.2'])
})

test('of many who try at once one wins', async () => {
  const winners = await Promise.all(Array.from({ length: 20 }, () => claim(folder)))
  expect(winners.filter((lock) => lock !== undefined)).toHaveLength(1)
  expect(readdirSync(folder)).toEqual(['lock.1'])
})

test('of many who find a dead holder one wins', async () => {
  await lockOf({ pid: await deadProcess() })
  expect(await lockState(folder)).toBe('abandoned')
  const winners = await Promise.all(Array.from({ length: 20 }, () => claim(folder)))
  expect(winners.filter((lock) => lock !== undefined)).toHaveLength(1)
  expect(await lockState(folder)).toBe('held')
})

test('a process id that was given out again is not the holder', async () => {
  await lockOf({ started: '1' })
  expect(await lockState(folder)).toBe('abandoned')
})

test.each([
  ['of another host', { host: 'elsewhere 1', pid: 999_999_999 }],
  [
    'of a process that may not be asked',
    { pid: 1, started: readFileSync('/proc/1/stat', 'utf8').split(') ')[1]!.split(' ')[19] },
  ],
])('a lock %s is never taken', async (_, changes) => {
  await lockOf(changes)
  expect(await claim(folder)).toBeUndefined()
  expect(await lockState(folder)).toBe('held')
})

test('a lock that can not be read is never taken', async () => {
  await claim(folder)
  writeFileSync(join(folder, 'lock.1'), '')
  expect(await claim(folder)).toBeUndefined()
})
