import { describe, expect, test } from '@jest/globals'
import pg from 'pg'

import * as postgres from '../../src/index.ts'

const pool = new pg.Pool()
const { postgresApiKeys, postgresReplays, postgresRevocations, postgresSessions } = postgres
const { postgresBlocks, postgresRateLimits, postgresTrail } = postgres
const inSchemas = { postgresApiKeys, postgresReplays, postgresRevocations, postgresSessions }
const inTables = { postgresBlocks, postgresRateLimits }
const stores = Object.entries({ ...inSchemas, ...inTables }) as unknown as [string, (options: unknown) => unknown][]

test('there are seven of them', () => {
  const names = Object.keys(postgres).filter((name) => name.startsWith('postgres'))
  expect(names.sort()).toEqual([...stores.map(([name]) => name), 'postgresTrail'].sort())
})

describe.each(stores)('%s() is made', (name, make) => {
  const place = name in inSchemas ? 'schema' : 'table'

  test('with a pool, without asking it anything', () => {
    expect(make({ pool, [place]: 'security' })).toBeDefined()
    expect(pool.totalCount).toBe(0)
  })

  test.each([
    ['nothing', {}, 'ERR_OPTION_MISSING', '"pool"'],
    ['null', { pool: null }, 'ERR_OPTION_INVALID', '"pool"'],
    ['an empty object', { pool: {} }, 'ERR_OPTION_INVALID', '"pool"'],
    ['an address', { pool: 'postgres://127.0.0.1' }, 'ERR_OPTION_INVALID', '"pool"'],
    ['a pool that has not come yet', { pool: Promise.resolve(pool) }, 'ERR_OPTION_INVALID', '"pool"'],
    ['a place that is SQL', { pool, [place]: 'x; drop table' }, 'ERR_OPTION_INVALID', `"${place}"`],
    ['a place in quotes', { pool, [place]: '"quoted"' }, 'ERR_OPTION_INVALID', `"${place}"`],
    ['an empty place', { pool, [place]: '' }, 'ERR_OPTION_INVALID', `"${place}"`],
    ['a place that is null', { pool, [place]: null }, 'ERR_OPTION_INVALID', `"${place}"`],
    ['an unknown option', { pool, tabel: 'a' }, 'ERR_OPTION_UNKNOWN', 'tabel'],
  ])('and not with %s', (_, options, code, option) => {
    expect(() => make(options)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(new RegExp(`${name}\\(\\).*${option}`)) }),
    )
  })
})

test.each([
  ['a client, which lends no connection', { pool: new pg.Client() }],
  ['a pool that lends none', { pool: { query: () => Promise.resolve({ rows: [] }) } }],
  ['a schema that is SQL', { pool, schema: 'a.b' }],
])('the trail takes no %s', async (_, options) => {
  await expect(postgresTrail({ signer: { sign: () => '' }, ...options } as never)).rejects.toMatchObject({
    code: 'ERR_OPTION_INVALID',
  })
})
