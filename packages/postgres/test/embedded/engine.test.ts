import { afterAll, beforeAll, expect, test } from '@jest/globals'
import pg from 'pg'

import { Engine, type Session } from '../../src/embedded/engine.ts'
import { openSession } from '../../src/embedded/open-session.ts'
import { cString, message } from '../../src/embedded/wire-messages.ts'
import { seededFolder } from '../support/seed.ts'

const LIMIT_MS = 200

let seeded: Awaited<ReturnType<typeof seededFolder>>
let session: Session
let engine: Engine
const open: pg.Client[] = []

beforeAll(async () => {
  seeded = await seededFolder()
  session = await openSession({ folder: `${seeded.folder}/pgdata`, durable: false })
  engine = new Engine(session, LIMIT_MS, () => undefined)
  const owner = await client()
  await owner.query('CREATE ROLE app LOGIN; CREATE TABLE kept (id int); CREATE TABLE hidden (id int)')
  await owner.query('GRANT SELECT, INSERT ON kept TO app')
}, 60_000)
afterAll(async () => {
  await engine.close()
  await seeded.remove()
})

async function client(user = 'postgres'): Promise<pg.Client> {
  const connected = new pg.Client({ stream: () => engine.connect(), user, ssl: false } as pg.ClientConfig)
  connected.on('error', () => undefined)
  await connected.connect()
  open.push(connected)
  return connected
}

async function count(): Promise<number> {
  return Number((await (await client()).query('SELECT count(*) FROM kept')).rows[0].count)
}

test('a transaction is one connection’s, and the others wait for it', async () => {
  const [one, other] = [await client(), await client()]
  const before = await count()
  await one.query('BEGIN')
  await one.query('INSERT INTO kept VALUES (1)')
  let counted: number | undefined
  const waiting = other.query('SELECT count(*)::int FROM kept').then(({ rows }) => {
    counted = rows[0].count
  })
  await one.query('INSERT INTO kept VALUES (2)')
  expect(counted).toBeUndefined()
  await one.query('COMMIT')
  await waiting
  expect(counted).toBe(before + 2)
})

test('who waits too long is refused, and one who works on his transaction is left to it', async () => {
  const [one, other] = [await client(), await client()]
  await one.query('BEGIN')
  const refused = other.query('SELECT 1').catch((error: unknown) => error)
  let isRefused = false
  void refused.then(() => {
    isRefused = true
  })
  while (!isRefused) await one.query('SELECT 1')
  expect(await refused).toMatchObject({ code: '55P03' })
  await one.query('COMMIT')
  expect((await other.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
})

test('a transaction that is idle while others wait is ended and rolled back', async () => {
  const [idle, other] = [await client(), await client()]
  const before = await count()
  const lost = new Promise<unknown>((resolve) => idle.once('error', resolve))
  await idle.query('BEGIN; INSERT INTO kept VALUES (1)')
  await expect(other.query('SELECT 1')).rejects.toMatchObject({ code: '55P03' })
  expect(await lost).toMatchObject({ code: '25P03' })
  await expect(idle.query('COMMIT')).rejects.toThrow()
  expect(await count()).toBe(before)
})

test('what a lost connection has begun is rolled back', async () => {
  const [lost, before] = [await client(), await count()]
  await lost.query('BEGIN; INSERT INTO kept VALUES (1)')
  await lost.end()
  expect(await count()).toBe(before)
})

test('each connection has its own role, whatever another has said', async () => {
  const [owner, app] = [await client(), await client('app')]
  const who = async (connected: pg.Client) => (await connected.query('SELECT current_user AS who')).rows[0].who
  expect([await who(owner), await who(app), await who(owner)]).toEqual(['postgres', 'app', 'postgres'])
  await expect(app.query('SELECT * FROM hidden')).rejects.toMatchObject({ code: '42501' })
  await app.query('SET SESSION AUTHORIZATION postgres').catch(() => undefined)
  expect([await who(app), await who(owner)]).toEqual(['app', 'postgres'])
  await expect(app.query('SELECT * FROM hidden')).rejects.toMatchObject({ code: '42501' })
})

test('for a role that is not there nothing is carried out, as whoever came before', async () => {
  const nobody = await client('nobody')
  const before = await count()
  await expect(nobody.query('INSERT INTO kept VALUES (1)')).rejects.toThrow('role "nobody" does not exist')
  expect(await count()).toBe(before)
})

test('connections may give different statements the same name, also one that is longer than PostgreSQL knows', async () => {
  const name = 'n'.repeat(63)
  const [one, other] = [await client(), await client()]
  for (const _ of [1, 2]) {
    expect((await one.query({ name, text: 'SELECT $1::int + 1 AS sum', values: [1] })).rows).toEqual([{ sum: 2 }])
    expect((await other.query({ name, text: 'SELECT $1::text AS word', values: ['a'] })).rows).toEqual([{ word: 'a' }])
  }
  const prepared = async () => (await one.query('SELECT name FROM pg_prepared_statements')).rows.length
  const before = await prepared()
  await other.end()
  expect(await prepared()).toBe(before - 1)
})

test.each(['COPY kept FROM STDIN', 'SELECT 1; /* so */ -- that\n copy kept (id) from  stdin with csv'])(
  '%j is refused, and the connection good',
  async (sql) => {
    const connected = await client()
    await expect(connected.query(sql)).rejects.toMatchObject({ code: '0A000' })
    await expect(connected.query(sql, [])).rejects.toMatchObject({ code: '0A000' })
    expect((await connected.query("SELECT 'copy kept from stdin' AS text")).rows).toHaveLength(1)
  },
)

test('what is asked without an end is the connection’s until it says so', async () => {
  const other = await client()
  const cursor = engine.connect()
  const answers: number[] = []
  cursor.on('data', (bytes: Buffer) => answers.push(bytes[0]!))
  const next = () => new Promise((resolve) => cursor.once('data', resolve))
  const start = Buffer.concat([
    Buffer.from([0, 0, 0, 0, 0, 3, 0, 0]),
    cString('user'),
    cString('postgres'),
    cString(''),
  ])
  start.writeInt32BE(start.length)
  const greeted = next()
  cursor.write(start)
  await greeted
  const rows = next()
  cursor.write(
    Buffer.concat([
      message('P', cString(''), cString('SELECT generate_series(1, 10)'), Buffer.alloc(2)),
      message('B', cString('portal'), cString(''), Buffer.alloc(6)),
      message('E', cString('portal'), Buffer.from([0, 0, 0, 2])),
      message('H'),
    ]),
  )
  await rows
  let isAnswered = false
  const waiting = other.query('SELECT 1').then(() => {
    isAnswered = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  expect(isAnswered).toBe(false)
  cursor.write(message('S'))
  await waiting
  cursor.destroy()
})

test('a session that ends takes every connection with it, and is told of', async () => {
  const { serverVersion } = session
  const ask = (): never => {
    throw new Error('unreachable executed')
  }
  const failure = new Promise<Error>((resolve) => {
    const ending = new Engine({ ask, close: async () => undefined, serverVersion }, LIMIT_MS, resolve)
    const connected = new pg.Client({ stream: () => ending.connect(), ssl: false } as pg.ClientConfig)
    connected.on('error', () => undefined)
    void connected.connect().then(() => connected.query('SELECT 1').catch(() => undefined))
  })
  expect(await failure).toMatchObject({ message: 'PostgreSQL has ended.', cause: new Error('unreachable executed') })
})
