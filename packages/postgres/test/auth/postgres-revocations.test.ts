import { revocationsContract } from '@ashlar/auth/contract'
import { beforeEach, describe, expect, test } from '@jest/globals'

import { authTables, postgresRevocations } from '../../src/index.ts'
import { onDatabase } from '../support/database.ts'

onDatabase([authTables(), authTables({ schema: 'security' })], (database, kind) => {
  beforeEach(() => database().owner.query('TRUNCATE ashlar_revocations, security.ashlar_revocations'))

  describe.each([{}, { schema: 'security' }])('in %j', (where) => {
    revocationsContract({ describe, test, expect }, () => {
      const one = postgresRevocations({ ...where, pool: database().pool })
      const other = postgresRevocations({ ...where, pool: database().other })
      return { one, other, close: () => Promise.all([one.close(), other.close()]).then(() => undefined) }
    })
  })

  test('what has ended anyway is deleted when something is added', async () => {
    const { pool } = database()
    const store = postgresRevocations({ pool })
    await store.add({ kind: 'token', issuer: 'i', id: 'old', until: Date.now() - 1 })
    await store.add({ kind: 'token', issuer: 'i', id: 'new', until: Date.now() + 60_000 })
    expect((await pool.query('SELECT id FROM ashlar_revocations')).rows).toEqual([{ id: 'new' }])
  })

  test('is told of what is added, and not of what others say on other channels', async () => {
    const { pool } = database()
    const store = postgresRevocations({ pool })
    let count = 0
    let told = (): void => {}
    const next = () =>
      new Promise<void>((resolve) => {
        told = resolve
      })
    const listening = next()
    store.watch!(() => {
      count++
      told()
    })
    await listening
    await pool.query(`LISTEN another; NOTIFY another`)
    await pool.query(`NOTIFY another`)
    expect(count).toBe(1)
    const added = next()
    await store.add({ kind: 'token', issuer: 'i', id: 'a', until: Date.now() + 60_000 })
    await added
    await store.close()
  })

  test('a client that lends no connection is asked once in a while, and told nothing', async () => {
    const { pool } = database()
    const store = postgresRevocations({ pool: { query: (text, values) => pool.query(text, values) } })
    expect(store.watch).toBeUndefined()
    await store.add({ kind: 'token', issuer: 'i', id: 'a', until: Date.now() + 60_000 })
    expect((await store.since(undefined)).revocations).toHaveLength(1)
  })

  if (kind === 'embedded') return

  const listeners = async () =>
    (await database().owner.query("SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND state = 'idle'"))
      .rows

  test('whoever watches listens again when its connection was lost', async () => {
    const { owner, pool } = database()
    const store = postgresRevocations({ pool })
    let told = (): void => {}
    store.watch!(() => told())
    const next = () =>
      new Promise<void>((resolve) => {
        told = resolve
      })
    while ((await listeners()).length === 0) await new Promise((resolve) => setImmediate(resolve))
    const [{ pid }] = (await listeners()) as [{ pid: number }]
    const back = next()
    await owner.query('SELECT pg_terminate_backend($1)', [pid])
    await back
    const notified = next()
    await store.add({ kind: 'token', issuer: 'i', id: 'a', until: Date.now() + 60_000 })
    await notified
    await store.close()
  })

  test('closed, it gives its connection back', async () => {
    const store = postgresRevocations({ pool: database().pool })
    store.watch!(() => {})
    while ((await listeners()).length === 0) await new Promise((resolve) => setImmediate(resolve))
    await store.close()
    while ((await listeners()).length > 0) await new Promise((resolve) => setImmediate(resolve))
  })

  test('one that is closed before it is connected does not listen', async () => {
    const store = postgresRevocations({ pool: database().pool })
    let told = false
    store.watch!(() => {
      told = true
    })
    await store.close()
    // The pool serves in order, so that the connection has come and gone by then.
    await database().pool.query('SELECT 1')
    expect([told, await listeners()]).toEqual([false, []])
  })
})
