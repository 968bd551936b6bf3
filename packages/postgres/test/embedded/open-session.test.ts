import fs from 'node:fs'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import pg from 'pg'

import { Engine, type Session } from '../../src/embedded/engine.ts'
import { checkSyncs, openSession } from '../../src/embedded/open-session.ts'
import { query } from '../../src/embedded/wire-messages.ts'
import { seededFolder } from '../support/seed.ts'

const INSERTS = 50

describe('a database in files', () => {
  let seeded: Awaited<ReturnType<typeof seededFolder>>
  let session: Session | undefined
  beforeEach(async () => {
    seeded = await seededFolder()
  })
  afterEach(async () => {
    jest.restoreAllMocks()
    await session?.close()
    session = undefined
    await seeded.remove()
  })
  const open = async (durable: boolean): Promise<Session> => {
    session = await openSession({ folder: `${seeded.folder}/pgdata`, durable })
    session.ask(query('CREATE TABLE kept (id int)'))
    return session
  }
  const insert = ({ ask }: Session): void => {
    for (let id = 0; id < INSERTS; id++) ask(query(`INSERT INTO kept VALUES (${id})`))
  }

  test('that is durable is synced for each commit', async () => {
    const opened = await open(true)
    const sync = jest.spyOn(fs, 'fsyncSync')
    insert(opened)
    expect(sync.mock.calls.length).toBeGreaterThanOrEqual(INSERTS)
  })

  test('that is not durable is not synced', async () => {
    const opened = await open(false)
    const sync = jest.spyOn(fs, 'fsyncSync')
    insert(opened)
    expect(sync).not.toHaveBeenCalled()
  })

  test('whose file can’t be synced is ended, and acknowledges nothing', async () => {
    let told: Error | undefined
    const engine = new Engine(await open(true), 1000, (error) => {
      told = error
    })
    const client = new pg.Client({ stream: () => engine.connect(), ssl: false } as pg.ClientConfig)
    client.on('error', () => undefined)
    await client.connect()
    jest.spyOn(fs, 'fsyncSync').mockImplementation(() => {
      throw Object.assign(new Error('the disk is gone'), { code: 'EIO' })
    })
    await expect(client.query('INSERT INTO kept VALUES (1)')).rejects.toThrow('PostgreSQL has ended.')
    await expect(client.query('SELECT 1')).rejects.toThrow()
    expect(told).toMatchObject({ cause: { message: expect.stringContaining('could not fsync file') } })
    await engine.close()
    session = undefined
  })
})

test.each([
  ['a commit', 'SELECT'],
  ['a checkpoint', 'CHECKPOINT'],
])('a PGlite of which %s does not sync is refused', async (_, silent) => {
  const counted = { syncs: 0 }
  const exec = async (sql: string) => {
    if (!sql.startsWith(silent)) counted.syncs++
    return []
  }
  await expect(checkSyncs({ exec }, counted)).rejects.toThrow('@electric-sql/pglite can’t be made to write')
})
