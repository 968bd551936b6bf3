import { generateKeyPairSync } from 'node:crypto'

import { type AuditEvent, type AuditRecord, checkpointSigner, checkpointVerifier } from '@ashlar/audit'
import { trailContract } from '@ashlar/audit/contract'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type pg from 'pg'

import {
  auditTables,
  migrate,
  type PostgresTrail,
  type PostgresTrailOptions,
  postgresTrail,
  verifyPostgresTrail,
} from '../../src/index.ts'
import { eachDatabase } from '../support/each-database.ts'

const signer = checkpointSigner('trail.example', generateKeyPairSync('ed25519').privateKey)
const verifier = checkpointVerifier(signer.verifierKey)

const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const NEXT = 'BCDEFGHIJKLMNOPQRSTUVWXYZA'

function event(id: number): AuditEvent {
  return { name: 'sensitive_read', outcome: 'success', requestId: `request-${id}`, details: { password: 'planted' } }
}

eachDatabase('the audit trail', (database, kind) => {
  let pool: pg.Pool
  const open: PostgresTrail[] = []

  async function trail(options: Partial<PostgresTrailOptions> = {}): Promise<PostgresTrail> {
    const opened = await postgresTrail({ pool, signer, onError: () => {}, ...options })
    open.push(opened)
    return opened
  }
  async function closeAll(): Promise<void> {
    for (const opened of open.splice(0)) await opened.close()
  }
  async function records(): Promise<AuditRecord[]> {
    const { rows } = await pool.query<{ line: string }>('SELECT line FROM ashlar_audit_records ORDER BY log, seq')
    return rows.map(({ line }) => JSON.parse(line) as AuditRecord)
  }
  const verify = () => verifyPostgresTrail(pool, 'trail.example', { verifiers: [verifier] })

  beforeAll(() => {
    pool = database().owner
  })
  beforeEach(async () => {
    await closeAll()
    await pool.query('DROP TABLE IF EXISTS ashlar_audit_records, ashlar_audit_checkpoints')
    await pool.query('DROP TABLE IF EXISTS ashlar_audit_heads, ashlar_audit_intents')
    await pool.query('DROP SCHEMA IF EXISTS security CASCADE')
    await migrate(pool, auditTables())
  })
  afterAll(closeAll)

  trailContract({ describe, test, expect }, async () => ({ trail: await trail(), records }))

  test('several processes write one chain, redacted, and it verifies', async () => {
    const trails = [await trail(), await trail(), await trail()]
    const receipts = await Promise.all(
      Array.from({ length: 300 }, (_, id) => trails[id % trails.length]!.record(event(id))),
    )
    await closeAll()
    expect(new Set(receipts.map(({ seq }) => seq)).size).toBe(300)
    expect(receipts[0]!.log).toBe('trail.example/main')
    const report = await verify()
    expect(report).toMatchObject({ ok: true, logs: [{ records: 300, signedSize: 300, notes: [] }] })
    expect(JSON.stringify(await records())).not.toContain('planted')
  })

  test('a change and its evidence are committed together, or neither is', async () => {
    const opened = await trail()
    await pool.query('CREATE TABLE IF NOT EXISTS orders (id int)')
    const client = await pool.connect()
    for (const [id, end] of [
      [1, 'COMMIT'],
      [2, 'ROLLBACK'],
      [3, 'COMMIT'],
    ] as const) {
      await client.query('BEGIN')
      await client.query('INSERT INTO orders VALUES ($1)', [id])
      await opened.recordIn(client, event(id))
      await client.query(end)
    }
    client.release()
    await opened.record(event(4))
    await closeAll()
    expect((await records()).map(({ seq, requestId }) => [seq, requestId])).toEqual([
      [1, 'request-1'],
      [2, 'request-3'],
      [3, 'request-4'],
    ])
    expect((await pool.query('SELECT id FROM orders ORDER BY id')).rows).toEqual([{ id: 1 }, { id: 3 }])
    expect(await verify()).toMatchObject({ ok: true })
  })

  test('in a schema of its own, written by several and verified', async () => {
    const schema = 'security'
    await migrate(pool, auditTables({ schema }))
    const [one, other] = [await trail({ schema }), await trail({ schema })]
    await Promise.all([one.record(event(1)), other.record(event(2))])
    await one.intend(event(3))
    await closeAll()
    await trail({ schema })
    await closeAll()
    expect(await records()).toEqual([])
    expect(await verifyPostgresTrail(pool, 'trail.example', { verifiers: [verifier], schema })).toMatchObject({
      ok: true,
      logs: [{ records: 4 }],
    })
    await expect(pool.query('DELETE FROM security.ashlar_audit_records')).rejects.toThrow('append-only')
  })

  test('it may be closed twice, and gives its connection back', async () => {
    const opened = await trail()
    await Promise.all([opened.close(), opened.close()])
    await opened.close()
    await expect(opened.record(event(1))).rejects.toMatchObject({ code: 'ERR_DEPENDENCY_UNAVAILABLE' })
    const locks = async () => (await pool.query("SELECT 1 FROM pg_locks WHERE locktype = 'advisory'")).rowCount
    // A server notices a little later that a connection has ended.
    while ((await locks()) !== 0) await new Promise((resolve) => setImmediate(resolve))
  })

  test('records can only be added, also by the owner of the tables', async () => {
    const opened = await trail()
    await opened.record(event(1))
    await closeAll()
    for (const statement of [
      `UPDATE ashlar_audit_records SET line = 'x'`,
      'DELETE FROM ashlar_audit_records',
      'TRUNCATE ashlar_audit_records',
      `UPDATE ashlar_audit_checkpoints SET note = 'x'`,
      'DELETE FROM ashlar_audit_checkpoints',
    ]) {
      await expect(pool.query(statement)).rejects.toThrow('append-only')
    }
    expect(await verify()).toMatchObject({ ok: true, logs: [{ records: 1 }] })
  })

  test("the app's role may write the trail, and neither change nor empty it", async () => {
    await pool.query('DROP ROLE IF EXISTS orders_app')
    await pool.query('CREATE ROLE orders_app LOGIN')
    await pool.query(auditTables().grants('orders_app'))
    const limited = database().as('orders_app')
    const opened = await postgresTrail({ pool: limited, signer })
    const intent = await opened.intend(event(1))
    await intent.complete(event(1))
    await opened.close()
    for (const statement of [
      'DELETE FROM ashlar_audit_records',
      'TRUNCATE ashlar_audit_records',
      'DROP TABLE ashlar_audit_heads',
    ]) {
      await expect(limited.query(statement)).rejects.toMatchObject({ code: '42501' })
    }
    expect(await verify()).toMatchObject({ ok: true, logs: [{ records: 2 }] })
    await pool.query('DROP OWNED BY orders_app; DROP ROLE orders_app')
  })

  const changeAll = (table: string, column: string, changed: string): string =>
    `UPDATE ${table} SET ${column} = ${changed} WHERE ${column} <> ${changed}`
  test.each([
    ['altered', 3, changeAll('ashlar_audit_records', 'line', `replace(line, 'request-2', 'request-9')`)],
    ['dropped', 4, 'DELETE FROM ashlar_audit_records WHERE seq IN (4, 5)'],
    ['truncated', 9, 'DELETE FROM ashlar_audit_records WHERE seq > 8'],
    ['inserted', 2, `INSERT INTO ashlar_audit_records SELECT log, 0, line FROM ashlar_audit_records WHERE seq = 2`],
    // The letters of a signature are random: each capital becomes the next one. The root before it would be none then.
    [
      'checkpoint-altered',
      10,
      changeAll(
        'ashlar_audit_checkpoints',
        'note',
        `split_part(note, '—', 1) || '—' || translate(split_part(note, '—', 2), '${CAPITALS}', '${NEXT}')`,
      ),
    ],
  ])('a superuser who goes around the trigger is found: %s', async (kind, seq, statement) => {
    const opened = await trail()
    for (let id = 0; id < 10; id++) await opened.record(event(id))
    await closeAll()
    const client = await pool.connect()
    await client.query('BEGIN; SET LOCAL session_replication_role = replica')
    const { rowCount } = await client.query(statement)
    await client.query('COMMIT')
    client.release()
    expect(rowCount).toBeGreaterThan(0)
    const { ok, logs } = await verify()
    expect(ok).toBe(false)
    const [finding] = logs[0]!.findings
    // A copy that sorts before the first is seen as the second, before the first.
    if (kind === 'inserted') expect(['inserted', 'reordered', 'dropped']).toContain(finding!.kind)
    else expect(finding).toMatchObject({ kind, seq })
  })

  test('an operation of a process that died is closed as unknown; one in flight elsewhere is left alone', async () => {
    const [dead, alive] = [await trail(), await trail()]
    await dead.intend(event(1))
    const running = await alive.intend(event(2))
    open.splice(open.indexOf(dead), 1)
    await dead.close()
    await trail()
    await running.complete(event(2))
    await trail()
    const ends = (await records()).filter(({ name }) => name === 'operation_completed')
    expect(ends.map(({ intent, outcome }) => [intent, outcome])).toEqual([
      [1, 'unknown'],
      [2, 'success'],
    ])
  })

  test('a lock that is not released in time refuses the record, and leaves nothing of it', async () => {
    const opened = await trail({ timeout: '300ms' })
    await opened.record(event(1))
    const blocker = await pool.connect()
    await blocker.query('BEGIN; LOCK TABLE ashlar_audit_heads')
    await expect(opened.record(event(2))).rejects.toMatchObject({ code: 'ERR_DEPENDENCY_UNAVAILABLE' })
    await blocker.query('ROLLBACK')
    blocker.release()
    await opened.record(event(3))
    await closeAll()
    expect((await records()).map(({ requestId }) => requestId)).toEqual(['request-1', 'request-3'])
  })

  test.each([
    [{}, 'ERR_OPTION_MISSING'],
    [{ pool: {} }, 'ERR_OPTION_INVALID'],
    [{ schema: 'a.b' }, 'ERR_OPTION_INVALID'],
    [{ log: 'a/b' }, 'ERR_OPTION_INVALID'],
    [{ timeout: '0ms' }, 'ERR_OPTION_INVALID'],
    [{ timeout: 5000 }, 'ERR_OPTION_INVALID'],
    [{ tabel: 'x' }, 'ERR_OPTION_UNKNOWN'],
  ])('wrong options are refused: %j', async (options, code) => {
    const base = Object.keys(options).length === 0 ? {} : { pool, signer }
    await expect(postgresTrail({ ...base, ...options } as never)).rejects.toMatchObject({ code })
  })

  if (kind === 'embedded') return

  test('PostgreSQL killed under load, five times: nothing acknowledged is missing, and the chain verifies', async () => {
    const { server } = database()
    const acknowledged = new Set<string>()
    let id = 0
    for (let crash = 0; crash < 5; crash++) {
      const opened = await trail({ checkpointEvery: '5ms' })
      let killed = false
      const goal = acknowledged.size + 100 + Math.floor(Math.random() * 200)
      const writers = Array.from({ length: 20 }, async () => {
        while (!killed) {
          const mine = ++id
          await opened.record(event(mine)).then(
            () => acknowledged.add(`request-${mine}`),
            () => {},
          )
          if (acknowledged.size >= goal && !killed) {
            killed = true
            await server.kill()
          }
        }
      })
      await Promise.all(writers)
      await server.restart()
      open.splice(open.indexOf(opened), 1)
      await opened.close().catch(() => {})
      const written = new Set((await records()).map(({ requestId }) => requestId))
      expect([...acknowledged].filter((known) => !written.has(known))).toEqual([])
      expect(await verify()).toMatchObject({ ok: true })
    }
  }, 60_000)
})
