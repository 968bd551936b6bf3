import { beforeEach, expect, test } from '@jest/globals'
import type pg from 'pg'

import { transaction } from '../src/transaction.ts'
import { eachDatabase } from './support/each-database.ts'

eachDatabase('a transaction', (database) => {
  const within = async (work: (client: pg.PoolClient) => Promise<unknown>): Promise<unknown> => {
    const client = await database().owner.connect()
    try {
      return await transaction(client, () => work(client))
    } finally {
      client.release()
    }
  }
  const rows = async () => (await database().owner.query('SELECT id FROM kept ORDER BY id')).rows
  const insert = (client: pg.PoolClient, id: number) => client.query('INSERT INTO kept VALUES ($1)', [id])

  beforeEach(() => database().owner.query('DROP TABLE IF EXISTS kept; CREATE TABLE kept (id int PRIMARY KEY)'))

  test('is committed when its work is done', async () => {
    expect(await within(async (client) => (await insert(client, 1)).rowCount)).toBe(1)
    expect(await rows()).toEqual([{ id: 1 }])
  })

  test('is rolled back when its work fails', async () => {
    const failing = within(async (client) => {
      await insert(client, 1)
      throw new Error('changed its mind')
    })
    await expect(failing).rejects.toThrow('changed its mind')
    expect(await rows()).toEqual([])
  })

  test('that PostgreSQL rolls back in silence, since the error of a statement was caught, rejects', async () => {
    const silent = within(async (client) => {
      await insert(client, 1)
      await client.query('SELECT nonsense').catch(() => undefined)
    })
    await expect(silent).rejects.toMatchObject({ code: '25P02' })
    expect(await rows()).toEqual([])
  })

  test.each(['ROLLBACK', 'COMMIT', 'ROLLBACK; BEGIN'])('whose work has said %s rejects', async (end) => {
    const ended = within(async (client) => {
      await insert(client, 1)
      await client.query(end)
      await insert(client, 2)
    })
    await expect(ended).rejects.toMatchObject({ code: '25000', message: expect.stringContaining('was ended before') })
    expect((await database().owner.query('SELECT pg_current_xact_id_if_assigned() AS id')).rows).toEqual([{ id: null }])
  })
})
