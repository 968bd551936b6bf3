import { fleet } from '@ashlar/testkit'
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type pg from 'pg'

import {
  auditTables,
  authTables,
  blockTables,
  migrate,
  migrationSql,
  rateLimitTables,
  type Tables,
} from '../../src/index.ts'
import { allPresent } from '../../src/migrations/tables.ts'
import { eachDatabase } from '../support/each-database.ts'

const ALL = [authTables(), auditTables(), rateLimitTables(), blockTables()]
const EIGHT = Array.from({ length: 8 })

/** Tables as another release of ours would have them. */
function example(version: number, sql: string): Tables {
  return { name: 'example', version, sql, present: allPresent(['example']), grants: () => '' }
}

eachDatabase('migrate()', (database, kind) => {
  let pool: pg.Pool

  beforeAll(() => {
    pool = database().owner
  })
  beforeEach(async () => {
    await pool.query('DROP SCHEMA public CASCADE; DROP SCHEMA IF EXISTS security CASCADE; CREATE SCHEMA public')
  })

  const versions = async () => (await pool.query('SELECT name, version FROM ashlar_migrations ORDER BY name')).rows
  const exists = async (table: string) =>
    (await pool.query('SELECT to_regclass($1) AS oid', [table])).rows[0].oid !== null

  test.each(ALL)('eight connections at once make $name, and again', async (tables) => {
    for (const _ of [1, 2]) await Promise.all(EIGHT.map(() => migrate(pool, tables)))
    expect(await versions()).toEqual([{ name: tables.name, version: 1 }])
  })

  test('what fails in the middle leaves nothing, and a connection that is good', async () => {
    const single = await pool.connect()
    const failing = example(1, 'CREATE TABLE example (id int); CREATE TABLE example (id int)')
    await expect(migrate(single, blockTables(), failing, rateLimitTables())).rejects.toMatchObject({
      code: 'ERR_MIGRATION_FAILED',
      message: expect.stringContaining('relation "example" already exists'),
      cause: expect.objectContaining({ code: '42P07' }),
    })
    for (const table of ['ashlar_blocks', 'example', 'ashlar_rate_limits', 'ashlar_migrations']) {
      expect([table, await exists(table)]).toEqual([table, false])
    }
    await migrate(single, blockTables())
    expect((await single.query('SELECT count(*)::int AS left FROM ashlar_blocks')).rows).toEqual([{ left: 0 }])
    single.release()
  })

  test('a newer release changes what an older one has made, and the older one leaves that alone', async () => {
    const [older, newer] = [
      example(1, 'CREATE TABLE IF NOT EXISTS example (id int); CREATE OR REPLACE VIEW shown AS SELECT 1 AS release'),
      example(
        2,
        `CREATE TABLE IF NOT EXISTS example (id int); ALTER TABLE example ADD COLUMN IF NOT EXISTS more int;
         CREATE OR REPLACE VIEW shown AS SELECT 2 AS release`,
      ),
    ]
    const release = async () => (await pool.query('SELECT release FROM shown')).rows[0].release
    await migrate(pool, older)
    expect(await release()).toBe(1)
    await Promise.all(EIGHT.map((_, index) => migrate(pool, index % 2 ? older : newer)))
    await migrate(pool, older)
    expect(await release()).toBe(2)
    expect(await versions()).toEqual([{ name: 'example', version: 2 }])
    await pool.query('DROP TABLE example')
    await expect(migrate(pool, older)).rejects.toThrow('a later release has made the tables of "example"')
    await migrate(pool, newer)
    expect(await exists('example')).toBe(true)
  })

  test('what somebody has dropped or disarmed is made again', async () => {
    await migrate(pool, ...ALL)
    await pool.query('DROP TABLE ashlar_used_once; DROP FUNCTION ashlar_rate_limits_take')
    await pool.query('ALTER TABLE ashlar_audit_records DISABLE TRIGGER ALL')
    await migrate(pool, ...ALL)
    expect(await exists('ashlar_used_once')).toBe(true)
    await expect(pool.query('TRUNCATE ashlar_audit_records')).rejects.toThrow('append-only')
    const { rows } = await pool.query(`SELECT to_regproc('ashlar_rate_limits_take') IS NOT NULL AS there`)
    expect(rows).toEqual([{ there: true }])
  })

  test('limits become durable when that is asked for later', async () => {
    const isLogged = async () =>
      (await pool.query(`SELECT relpersistence = 'p' AS logged FROM pg_class WHERE relname = 'ashlar_rate_limits'`))
        .rows
    await migrate(pool, rateLimitTables())
    expect(await isLogged()).toEqual([{ logged: false }])
    await migrate(pool, rateLimitTables({ durable: true }))
    expect(await isLogged()).toEqual([{ logged: true }])
  })

  test('in a schema, which is made, and by words of SQL for names', async () => {
    const named = [
      authTables({ schema: 'security' }),
      auditTables({ schema: 'security' }),
      rateLimitTables({ table: 'security.user' }),
      blockTables({ table: 'security.select' }),
    ]
    for (const _ of [1, 2]) await migrate(pool, ...named, ...ALL)
    for (const table of ['ashlar_api_keys', 'ashlar_audit_heads', 'user', 'select']) {
      expect([table, await exists(`security."${table}"`)]).toEqual([table, true])
    }
    expect(await versions()).toHaveLength(8)
  })

  describe('as a role', () => {
    beforeEach(async () => {
      await pool.query('DROP ROLE IF EXISTS limited; CREATE ROLE limited LOGIN')
    })
    const asLimited = async (work: (limited: pg.Pool) => Promise<void>): Promise<void> => {
      try {
        await work(database().as('limited'))
      } finally {
        await pool.query('DROP OWNED BY limited; DROP ROLE limited')
      }
    }

    test.each([
      ['see the schema', 'SELECT 1', '3F000'],
      ['make tables', 'GRANT USAGE ON SCHEMA public TO limited', '42501'],
    ])('that may not %s it says so, and what would help', async (_, grant, code) => {
      await pool.query(grant)
      await asLimited(async (limited) => {
        const error = await migrate(limited, authTables()).catch((reason: unknown) => reason)
        expect(error).toMatchObject({
          code: 'ERR_MIGRATION_FAILED',
          message: expect.stringMatching(/The role "limited" may not .*GRANT CREATE ON SCHEMA "public".*grants\(\)/),
        })
        expect((error as { cause: { code: string } }).cause.code).toBe(code)
      })
    })

    test('that has what the grants say it succeeds, when there is nothing to do', async () => {
      await migrate(pool, ...ALL)
      for (const tables of ALL) await pool.query(`GRANT USAGE ON SCHEMA public TO limited; ${tables.grants('limited')}`)
      await asLimited((limited) => migrate(limited, ...ALL))
    })

    test.each(ALL)('the grants of $name take no name that is none', ({ grants }) => {
      for (const role of ['a"; DROP TABLE x', '', undefined]) {
        expect(() => grants(role as never)).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
      }
    })
  })

  test('the same as one statement, for psql and for migration tools', async () => {
    const client = await pool.connect()
    await client.query('BEGIN')
    await client.query(migrationSql(...ALL))
    await client.query('ROLLBACK')
    expect(await exists('ashlar_migrations')).toBe(false)
    await client.query(migrationSql(...ALL))
    client.release()
    expect(await versions()).toHaveLength(4)
  })

  test.each([
    ['no tables', () => migrate(pool), 'ERR_OPTION_MISSING'],
    ['no pool', () => migrate(undefined as never, authTables()), 'ERR_OPTION_MISSING'],
    ['a pool that is none', () => migrate({} as never, authTables()), 'ERR_OPTION_INVALID'],
    ['SQL for tables', () => migrate(pool, 'CREATE TABLE x (id int)' as never), 'ERR_OPTION_INVALID'],
    ['the function that makes them', () => migrate(pool, authTables as never), 'ERR_OPTION_INVALID'],
    ['a name with a quote', () => migrate(pool, { ...authTables(), name: `'` }), 'ERR_OPTION_INVALID'],
  ])('%s is refused', async (_, call, code) => {
    await expect(call()).rejects.toMatchObject({ code })
  })

  test.each([
    ['a schema with a quote', () => authTables({ schema: 'a"b' })],
    ['a schema in a schema', () => auditTables({ schema: 'a.b' })],
    ['a table in capitals', () => blockTables({ table: 'UPPER' })],
    ['a table of three parts', () => rateLimitTables({ table: 'a.b.c' })],
    ['durable that is text', () => rateLimitTables({ durable: 'no' as never })],
  ])('%s is refused', (_, make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
  })

  if (kind === 'embedded') return

  test('eight processes that start together all succeed', async () => {
    const processes = fleet(new URL('./fixtures/migrating.js', import.meta.url), 8, { url: database().server.url })
    await processes.each('ready')
    processes.send('go')
    const reports = (await processes.each('migrated')) as { failure: string | null }[]
    expect(reports.map(({ failure }) => failure)).toEqual(EIGHT.map(() => null))
    expect(await processes.ended()).toEqual(EIGHT.map(() => 0))
    expect(await versions()).toHaveLength(4)
  }, 60_000)

  test.each(['repeatable read', 'serializable'])('also where transactions are %s', async (level) => {
    const options = `-c default_transaction_isolation=${level.replace(' ', '\\ ')}`
    const strict = database().as('postgres', { options })
    await Promise.all(EIGHT.map(() => migrate(strict, ...ALL)))
    expect(await versions()).toHaveLength(4)
  })
})
