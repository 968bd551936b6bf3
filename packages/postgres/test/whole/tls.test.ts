import { type PostgresServer, postgresServer, withService } from '@ashlar/testkit'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import pg from 'pg'

import { authTables, migrate, postgresReplays } from '../../src/index.ts'

withService('postgres', describe)('PostgreSQL by TLS', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await postgresServer({ tls: true })
  }, 60_000)
  afterAll(() => server.stop())

  const poolOf = (ssl: pg.PoolConfig['ssl']): pg.Pool =>
    new pg.Pool({ host: 'localhost', port: server.port, user: 'postgres', database: 'postgres', ...(ssl && { ssl }) })

  test('the certificate that is known is taken, and the connection encrypted', async () => {
    const pool = poolOf({ ca: server.certificate! })
    await migrate(pool, authTables())
    expect(await postgresReplays({ pool, requireTls: true }).claim('once', Date.now() + 60_000)).toBe(true)
    const { rows } = await pool.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')
    expect(rows).toEqual([{ ssl: true }])
    await pool.end()
  })

  test('one that is not known is not', async () => {
    const pool = poolOf(true)
    const claim = postgresReplays({ pool, requireTls: true }).claim('once', Date.now() + 60_000)
    await expect(claim).rejects.toThrow('self-signed certificate')
    await pool.end()
  })
})
