import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, jest, test } from '@jest/globals'

import { type EmbeddedPostgres, type EmbeddedPostgresOptions, embeddedPostgres } from '../../src/index.ts'
import { seededFolder } from '../support/seed.ts'

jest.setTimeout(30_000)

const undo: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const each of undo.splice(0).reverse()) await each()
})

async function open(options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
  const seeded = await seededFolder()
  undo.push(seeded.remove)
  const database = await embeddedPostgres({ folder: seeded.folder, durable: false, ...options })
  undo.push(database.close)
  return database
}

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-embedded-'))
  undo.push(() => rm(folder, { recursive: true, force: true }))
  return folder
}

test('a database is made whole where there was none, also where one was killed while it did so', async () => {
  const folder = await emptyFolder()
  await mkdir(join(folder, 'pgdata.new/base'), { recursive: true })
  const database = await embeddedPostgres({ folder })
  await database.query('CREATE TABLE kept (id int)')
  await database.close()
  expect(await readdir(folder)).toEqual(['pgdata'])
  const again = await embeddedPostgres({ folder, worker: false })
  expect((await again.query('SELECT count(*)::int FROM kept')).rows).toEqual([{ count: 0 }])
  await again.close()
}, 120_000)

describe.each([true, false])('with worker: %s', (worker) => {
  test('it is a pool, also for another role, until it is closed', async () => {
    const database = await open({ worker })
    expect(await database.query('SELECT $1::int AS one', [1])).toMatchObject({ rows: [{ one: 1 }], rowCount: 1 })
    const connection = await database.connect()
    expect((await connection.query('SELECT current_user AS who')).rows).toEqual([{ who: 'postgres' }])
    await database.query('CREATE ROLE app LOGIN')
    expect((await database.as('app').query('SELECT current_user AS who')).rows).toEqual([{ who: 'app' }])
    expect(database.as('app')).toBe(database.as('app'))
    // With a connection that is not given back.
    await Promise.all([database.close(), database.end()])
    await expect(connection.query('SELECT 1')).rejects.toThrow()
    for (const pool of [database, database.as('app'), database.as('other')]) {
      await expect(pool.query('SELECT 1')).rejects.toThrow()
    }
  })

  test('a folder is one database’s; the second is told whose', async () => {
    const { folder, remove } = await seededFolder()
    undo.push(remove)
    const database = await open({ folder, worker })
    await expect(embeddedPostgres({ folder, worker })).rejects.toMatchObject({
      code: 'ERR_FOLDER_IN_USE',
      message: expect.stringContaining(`in use by process ${process.pid}`),
    })
    await database.close()
    await open({ folder, worker })
  })

  test('files that can’t be opened say of which version they are, and are free again', async () => {
    const { folder, remove } = await seededFolder()
    undo.push(remove)
    await writeFile(join(folder, 'pgdata/PG_VERSION'), '17\n')
    for (const _ of [1, 2]) {
      await expect(embeddedPostgres({ folder, worker })).rejects.toMatchObject({
        code: 'ERR_DEPENDENCY_UNAVAILABLE',
        message: expect.stringMatching(/pgdata \(of PostgreSQL 17\) could not be opened/),
      })
    }
  })

  test('more than may wait for a connection are refused', async () => {
    const database = await open({ worker, maxConnections: 1, maxPending: 2 })
    const holder = await database.connect()
    const waiting = [database.query('SELECT 1'), database.query('SELECT 1')]
    for (const refused of [database.query('SELECT 1'), database.connect()]) {
      await expect(refused).rejects.toMatchObject({ code: 'ERR_DEPENDENCY_UNAVAILABLE' })
    }
    holder.release()
    expect(await Promise.all(waiting)).toHaveLength(2)
  })

  test('who waits for a connection longer than the limit is refused', async () => {
    const database = await open({ worker, maxConnections: 1, timeout: '1s' })
    const holder = await database.connect()
    await expect(database.query('SELECT 1')).rejects.toThrow()
    holder.release()
  })

  test('a PostgreSQL that ends is told of, and opened again with what was committed', async () => {
    let told: (error: unknown) => void = () => undefined
    const ended = new Promise((resolve) => {
      told = resolve
    })
    const database = await open({ worker, onError: (error) => told(error) })
    await database.query('CREATE TABLE kept AS SELECT 1 AS id')
    const log = jest.spyOn(console, 'error').mockImplementation(() => undefined)
    // It waits for what will never come; whoever writes it like this is not stopped.
    await expect(database.query('COPY kept FROM/**/STDIN')).rejects.toThrow()
    expect(await ended).toMatchObject({ message: expect.any(String) })
    log.mockRestore()
    const again = async (): Promise<unknown> => {
      try {
        return (await database.query('SELECT id FROM kept')).rows
      } catch {
        await new Promise((resolve) => setImmediate(resolve))
        return again()
      }
    }
    expect(await again()).toEqual([{ id: 1 }])
  })
})

test('in memory it leaves no files', async () => {
  const database = await open({ folder: false })
  expect((await database.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
}, 120_000)

test.each([
  [{}, 'ERR_OPTION_MISSING', '"folder"'],
  [{ folder: '' }, 'ERR_OPTION_INVALID', '"folder"'],
  [{ folder: true }, 'ERR_OPTION_INVALID', '"folder"'],
  [{ folder: 'a\0b' }, 'ERR_OPTION_INVALID', '"folder"'],
  [{ folder: '/dev/null/x' }, 'ERR_OPTION_INVALID', '"folder"'],
  [{ folder: 'x', worker: 'no' }, 'ERR_OPTION_INVALID', '"worker"'],
  [{ folder: 'x', durable: 1 }, 'ERR_OPTION_INVALID', '"durable"'],
  [{ folder: 'x', maxConnections: 0 }, 'ERR_OPTION_INVALID', '"maxConnections"'],
  [{ folder: 'x', maxPending: 0.5 }, 'ERR_OPTION_INVALID', '"maxPending"'],
  [{ folder: 'x', timeout: 5000 }, 'ERR_OPTION_INVALID', '"timeout"'],
  [{ folder: 'x', dataDir: 'y' }, 'ERR_OPTION_UNKNOWN', '"dataDir"'],
])('%j is refused', async (options, code, option) => {
  await expect(embeddedPostgres(options as never)).rejects.toMatchObject({
    code,
    message: expect.stringContaining(option),
  })
})

test('a role has a name', async () => {
  const database = await open()
  for (const role of ['', 'a\0b', 'x'.repeat(64), undefined]) {
    expect(() => database.as(role as never)).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
  }
})
