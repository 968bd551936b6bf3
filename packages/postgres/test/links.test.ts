import { afterEach, expect, test } from '@jest/globals'
import pg from 'pg'

import { embeddedPostgres, postgresReplays } from '../src/index.ts'
import { linksOf } from '../src/links.ts'
import { seededFolder } from './support/seed.ts'

afterEach(() => {
  for (const name of ['PGHOST', 'PGSSLMODE']) delete process.env[name]
})

const TLS = expect.anything()
const UNVERIFIED = expect.objectContaining({ rejectUnauthorized: false })
const of = (connectionString: string): pg.Pool => new pg.Pool({ connectionString })

test.each([
  ['nothing', () => new pg.Pool(), {}, 'localhost', undefined],
  ['a host', () => new pg.Pool({ host: 'db.example' }), {}, 'db.example', undefined],
  ['a host and ssl', () => new pg.Pool({ host: 'db.example', ssl: true }), {}, 'db.example', TLS],
  [
    'whatever certificate',
    () => new pg.Pool({ host: 'db.example', ssl: { rejectUnauthorized: false } }),
    {},
    'db.example',
    UNVERIFIED,
  ],
  ['an address', () => of('postgres://app@db.example/app'), {}, 'db.example', undefined],
  ['sslmode=verify-full', () => of('postgres://db.example/app?sslmode=verify-full'), {}, 'db.example', TLS],
  ['sslmode=no-verify', () => of('postgres://db.example/app?sslmode=no-verify'), {}, 'db.example', UNVERIFIED],
  ['sslmode=disable', () => of('postgres://db.example/app?sslmode=disable'), {}, 'db.example', undefined],
  ['a socket', () => new pg.Pool({ host: '/var/run/postgresql' }), {}, '/var/run/postgresql', undefined],
  ['PGHOST', () => new pg.Pool(), { PGHOST: 'env.example' }, 'env.example', undefined],
  ['PGSSLMODE', () => new pg.Pool({ host: 'db.example' }), { PGSSLMODE: 'require' }, 'db.example', TLS],
  ['PGSSLMODE=no-verify', () => of('postgres://db.example'), { PGSSLMODE: 'no-verify' }, 'db.example', UNVERIFIED],
  ['a client', () => new pg.Client({ host: 'db.example', ssl: true }), {}, 'db.example', TLS],
] as const)('with %s pg goes there', (_, make, environment, host, tls) => {
  Object.assign(process.env, environment)
  expect(linksOf(make() as never)).toEqual([{ host, tls }])
})

test('what is no pool of pg does not say it, and is refused where TLS is required', () => {
  const query = async () => ({ rows: [] })
  class Other {
    constructor() {
      throw new Error('not like this')
    }
  }
  for (const pool of [{ query }, { query, options: {}, Client: Other }]) {
    expect(linksOf(pool)).toBeUndefined()
    expect(() => postgresReplays({ pool, requireTls: true })).toThrow('does not say how it reaches PostgreSQL')
  }
})

test('an embedded database goes nowhere', async () => {
  const { folder, remove } = await seededFolder()
  const pool = await embeddedPostgres({ folder, durable: false })
  postgresReplays({ pool, requireTls: true })
  expect([linksOf(pool), linksOf(pool.as('app'))]).toEqual([[], []])
  await pool.close()
  await remove()
})
