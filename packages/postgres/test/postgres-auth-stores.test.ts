import { apiKeyStoreContract, revocationStoreContract, sessionStoreContract } from '@ashlar/auth/contract'
import { replaysContract } from '@ashlar/core/contract'
import { type PostgresServer, postgresServer, withService } from '@ashlar/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import pg from 'pg'

import { AUTH_TABLES, postgresApiKeys, postgresReplays, postgresRevocations, postgresSessions } from '../src/index.ts'

withService('postgres', describe)('on PostgreSQL', () => {
  let server: PostgresServer
  let pool: pg.Pool
  beforeAll(async () => {
    server = await postgresServer()
    pool = new pg.Pool({ connectionString: server.url, max: 20 })
    // A server that is stopped ends idle connections.
    pool.on('error', () => undefined)
    await pool.query(AUTH_TABLES)
    await pool.query(AUTH_TABLES)
  }, 60_000)
  beforeEach(() => pool.query('TRUNCATE ashlar_api_keys, ashlar_revocations, ashlar_used_once, ashlar_sessions'))
  afterAll(async () => {
    await pool.end()
    await server.stop()
  })

  describe('API keys', () => {
    apiKeyStoreContract({ test, expect }, async () => ({ store: postgresApiKeys({ pool }), close: async () => {} }))
  })

  replaysContract({ describe, test, expect }, () => ({
    one: postgresReplays({ pool }),
    other: postgresReplays({ pool }),
  }))

  describe('sessions', () => {
    sessionStoreContract({ test, expect }, async () => ({
      one: postgresSessions({ pool }),
      other: postgresSessions({ pool }),
      close: async () => {},
    }))

    test('those that are over are deleted, once in a hundred logins', async () => {
      const store = postgresSessions({ pool })
      const record = { id: 'i', subject: 's', roles: [], scopes: [], authenticatedAt: 0, expiresAt: 0, seenAt: 0 }
      for (let count = 0; count < 100; count++) await store.insert(`hash-${count}`, record, Date.now() - 1)
      const left = async () => Number((await pool.query('SELECT count(*) FROM ashlar_sessions')).rows[0].count)
      while ((await left()) > 1) await new Promise((resolve) => setImmediate(resolve))
    })
  })

  describe('revocations', () => {
    revocationStoreContract({ test, expect }, async () => {
      const second = new pg.Pool({ connectionString: server.url })
      return {
        one: postgresRevocations({ pool }),
        other: postgresRevocations({ pool: second }),
        close: () => second.end(),
      }
    })

    test('what has ended anyway is deleted when something is added', async () => {
      const store = postgresRevocations({ pool })
      await store.add({ kind: 'token', issuer: 'i', id: 'old', until: Date.now() - 1 })
      await store.add({ kind: 'token', issuer: 'i', id: 'new', until: Date.now() + 60_000 })
      expect((await pool.query('SELECT id FROM ashlar_revocations')).rows).toEqual([{ id: 'new' }])
    })

    test('whoever watches listens again when its connection was lost', async () => {
      const store = postgresRevocations({ pool })
      let told = (): void => {}
      const stop = store.watch!(() => told())
      const next = () =>
        new Promise<void>((resolve) => {
          told = resolve
        })
      const listeners = async () =>
        (await pool.query("SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND state = 'idle'")).rows
      while ((await listeners()).length === 0) await new Promise((resolve) => setImmediate(resolve))
      const [{ pid }] = (await listeners()) as [{ pid: number }]
      const back = next()
      await pool.query('SELECT pg_terminate_backend($1)', [pid])
      await back
      const notified = next()
      await store.add({ kind: 'token', issuer: 'i', id: 'a', until: Date.now() + 60_000 })
      await notified
      stop()
    })
  })
})
