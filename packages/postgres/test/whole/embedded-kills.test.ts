import { type ChildProcess, fork } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

import { checkpointSigner, checkpointVerifier } from '@ashlar/audit'
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import fc from 'fast-check'

import { type EmbeddedPostgres, embeddedPostgres, verifyPostgresTrail } from '../../src/index.ts'
import { seededFolder } from '../support/seed.ts'

const LONG = process.env['ASHLAR_LONG'] === '1'
/** `npm run test:long` has all of them. */
const KILLS = LONG ? 100 : 3
const KILLS_WHILE_MADE = LONG ? 5 : 0
const SEED = 13

jest.setTimeout(LONG ? 1_800_000 : 60_000)

const KILLED = fileURLToPath(new URL('./fixtures/killed.js', import.meta.url))
const { privateKey } = generateKeyPairSync('ed25519')
const key = privateKey.export({ type: 'pkcs8', format: 'pem' })
const verifier = checkpointVerifier(checkpointSigner('trail.example', privateKey).verifierKey)

let folder: string
let written: string
let running: ChildProcess | undefined
let starts = 0
beforeEach(async () => {
  const place = await mkdtemp(join(tmpdir(), 'ashlar-kills-'))
  written = join(place, 'acknowledged')
  folder = join(place, 'database')
  if (LONG) return
  const seeded = await seededFolder()
  folder = seeded.folder
})
afterEach(async () => {
  running?.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
  await rm(join(written, '..'), { recursive: true, force: true })
})

interface Message {
  readonly name: string
  readonly code?: string
  readonly message?: string
}

/** @returns its first message, or nothing where it was killed before */
function start(worker: boolean): { child: ChildProcess; first: Promise<Message | undefined> } {
  const file = openSync(written, 'a')
  const options = JSON.stringify({ folder, worker, firstId: ++starts * 1_000_000, key })
  const child = fork(KILLED, [options], { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', file, 'ipc'] })
  closeSync(file)
  running = child
  const first = Promise.race([
    once(child, 'message').then(([message]) => message),
    once(child, 'exit').then(() => undefined),
  ])
  return { child, first }
}

/** One that ended by itself has failed. */
async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  if (child.exitCode === null && child.signalCode === null) await ended
  expect(child.signalCode).toBe('SIGKILL')
}

function acknowledged(what: string): string[] {
  return readFileSync(written, 'utf8')
    .split('\n')
    .flatMap((line) => (line.startsWith(`${what} `) ? [line.slice(what.length + 1)] : []))
}

async function whatIsMissing(database: EmbeddedPostgres): Promise<object> {
  const rows = new Set((await database.query('SELECT id FROM kept')).rows.map(({ id }) => String(id)))
  const { rows: lines } = await database.query('SELECT line FROM ashlar_audit_records')
  const records = new Set(lines.map(({ line }) => JSON.parse(line).requestId))
  const { rows: halves } = await database.query('SELECT 1 FROM kept GROUP BY id - half HAVING count(*) <> 2')
  return {
    rows: acknowledged('row').filter((id) => !rows.has(id)),
    records: acknowledged('record').filter((id) => !records.has(id)),
    halves: halves.length,
  }
}

test.each(LONG ? [true, false] : [true])(
  `killed ${KILLS} times while it writes, nothing acknowledged is missing; worker: %s`,
  async (worker) => {
    for (const afterMs of fc.sample(fc.integer({ min: 0, max: 5000 }), { numRuns: KILLS_WHILE_MADE, seed: SEED })) {
      const { child } = start(worker)
      await wait(afterMs)
      await kill(child)
    }
    const moments = fc.record({
      afterMs: fc.integer({ min: 0, max: 700 }),
      whileItStarts: fc.integer({ min: 0, max: 3 }),
    })
    let opened = 0
    for (const { afterMs, whileItStarts } of fc.sample(moments, { numRuns: KILLS, seed: SEED })) {
      const { child, first } = start(worker)
      if (whileItStarts !== 0) {
        expect(await first).toEqual({ name: 'ready' })
        opened++
      }
      await wait(afterMs)
      await kill(child)
    }
    const database = await embeddedPostgres({ folder })
    expect(await whatIsMissing(database)).toEqual({ rows: [], records: [], halves: 0 })
    expect(await verifyPostgresTrail(database, 'trail.example', { verifiers: [verifier] })).toMatchObject({ ok: true })
    await database.close()
    expect(opened).toBeGreaterThan(KILLS / 2)
    expect(acknowledged('row').length).toBeGreaterThan(KILLS)
    if (LONG)
      process.stdout.write(
        `${opened} starts, ${acknowledged('row').length} rows and ${acknowledged('record').length} records acknowledged\n`,
      )
  },
)

test('of two processes the second is refused by name, and has the folder when the first is killed', async () => {
  const one = start(true)
  expect(await one.first).toEqual({ name: 'ready' })
  const other = start(true)
  expect(await other.first).toMatchObject({
    name: 'refused',
    code: 'ERR_FOLDER_IN_USE',
    message: expect.stringContaining(`process ${one.child.pid}`),
  })
  await kill(one.child)
  const again = start(true)
  expect(await again.first).toEqual({ name: 'ready' })
  await kill(again.child)
  const database = await embeddedPostgres({ folder })
  expect(await whatIsMissing(database)).toEqual({ rows: [], records: [], halves: 0 })
  await database.close()
})
