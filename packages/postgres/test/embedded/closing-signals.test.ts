import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'

import { seededFolder } from '../support/seed.ts'

jest.setTimeout(30_000)

const LIVING = fileURLToPath(new URL('./fixtures/living.js', import.meta.url))
/** In PostgreSQL's control file: shut down, and in production, which one that was killed leaves. */
const SHUT_DOWN = 1
const STATE_AT = 16

let seeded: Awaited<ReturnType<typeof seededFolder>>
let app: ChildProcess
beforeEach(async () => {
  seeded = await seededFolder()
})
afterEach(async () => {
  app.kill('SIGKILL')
  await seeded.remove()
})

async function started(options: object): Promise<void> {
  app = fork(LIVING, [JSON.stringify({ folder: seeded.folder, worker: true, ...options })], { execArgv: [] })
  await once(app, 'message')
}

async function isShutDown(): Promise<boolean> {
  const control = await readFile(join(seeded.folder, 'pgdata/global/pg_control'))
  return control.readUInt32LE(STATE_AT) === SHUT_DOWN
}

test.each([
  ['SIGTERM', { worker: true }],
  ['SIGINT', { worker: false }],
  ['SIGTERM', { signalExit: true }],
] as const)('on %s it is closed, and the process ends by that: %j', async (signal, options) => {
  await started(options)
  expect(await isShutDown()).toBe(false)
  app.kill(signal)
  expect(await once(app, 'exit')).toEqual([null, signal])
  expect(await isShutDown()).toBe(true)
  expect(await readdir(seeded.folder)).toEqual(['pgdata'])
})

test('an app that handles a signal itself has the database until it closes it', async () => {
  await started({ own: true })
  app.kill('SIGTERM')
  expect(await once(app, 'message')).toEqual([{ name: 'asked', rows: [{ one: 1 }] }, undefined])
  expect(await once(app, 'exit')).toEqual([7, null])
  expect(await isShutDown()).toBe(true)
})

test.each([true, false])('a process that has nothing left to do closes it and ends; worker: %s', async (worker) => {
  await started({ worker })
  app.send('rest')
  expect(await once(app, 'exit')).toEqual([0, null])
  expect(await isShutDown()).toBe(true)
})
