import {
  type AccessControl,
  type AttributeTypes,
  accessControl,
  type Condition,
  type Policy,
  type ProtectedTable,
} from '@ashlar/access'
import { ConfigurationError, type Principal } from '@ashlar/core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type pg from 'pg'

import { checkRowSecurity, migrateRowSecurity, withPrincipal } from '../../src/index.ts'
import { eachDatabase } from '../support/each-database.ts'

const LEVELS = { levels: ['public', 'internal', 'secret'] }
const ROLES = { reader: { permissions: ['posts:read'] }, nobody: { permissions: [] } }
const NOW = Date.UTC(2026, 6, 6, 10, 30)

const ATTRIBUTES: AttributeTypes = {
  'user.department': 'text',
  'user.age': 'number',
  'user.verified': 'boolean',
  'user.groups': 'texts',
  'user.clearance': LEVELS,
  'user.since': 'instant',
  'resource.owner_id': 'text',
  'resource.department': 'text',
  'resource.amount': 'number',
  'resource.quantity': 'integer',
  'resource.published': 'boolean',
  'resource.created_at': 'instant',
  'resource.tags': 'texts',
  'resource.level': LEVELS,
}

const POSTS: ProtectedTable = { table: 'app.posts', resource: 'posts' }

const TABLE = `CREATE SCHEMA app;
  CREATE TABLE app.posts (
    id integer PRIMARY KEY, owner_id text, department varchar(40), amount float8, quantity integer, published boolean,
    created_at timestamptz, tags text[], level text);
  CREATE ROLE app_user LOGIN; GRANT USAGE ON SCHEMA app TO app_user;
  GRANT SELECT, INSERT, UPDATE, DELETE ON app.posts TO app_user;`

function principalOf(subject: string, roles: readonly string[], claims: object): Principal {
  return Object.freeze({
    kind: 'custom',
    subject,
    roles: Object.freeze(roles),
    scopes: Object.freeze([]),
    claims: Object.freeze(claims),
  }) as Principal
}

eachDatabase('row-level security', (database) => {
  let owner: pg.PoolClient
  let app: pg.Pool

  beforeAll(async () => {
    owner = await database().owner.connect()
    await owner.query(TABLE)
    app = database().as('app_user')
  })

  afterAll(() => owner.release())

  describe('protects a table', () => {
    const policies: Policy[] = [
      {
        id: "owner's own",
        effect: 'allow',
        resource: 'posts',
        action: ['read', 'create', 'update', 'delete'],
        conditions: { equals: { 'resource.owner_id': { ref: 'user.id' } } },
      },
      {
        id: 'sealed',
        effect: 'deny',
        resource: 'posts',
        action: ['update', 'delete'],
        conditions: { equals: { 'resource.level': 'secret' } },
      },
    ].map((policy) => ({ ...policy, id: policy.id.replace("'", '') })) as Policy[]
    const access = accessControl({ roles: ROLES, policies, attributes: ATTRIBUTES })
    const security = access.rowSecurity([POSTS])
    const as = <Result>(principal: Principal, work: (client: pg.ClientBase) => Promise<Result>): Promise<Result> =>
      withPrincipal(app, access.rowSession(principal, security), work)
    const alice = principalOf('alice', [], {})

    beforeEach(async () => {
      await migrateRowSecurity(owner, security)
      await owner.query('DELETE FROM app.posts')
      await owner.query(`INSERT INTO app.posts (id, owner_id, level) VALUES
        (1, 'alice', 'public'), (2, 'bob', 'public'), (3, 'alice', 'secret'), (4, NULL, NULL)`)
    })

    test('eight connections bring it at once', async () => {
      await Promise.all(Array.from({ length: 8 }, () => migrateRowSecurity(database().owner, security)))
      const client = await app.connect()
      await checkRowSecurity(client, security)
      client.release()
    })

    test('a principal sees its own rows, a reader all, nobody none', async () => {
      const ids = (principal: Principal): Promise<number[]> =>
        as(principal, async (client) =>
          (await client.query('SELECT id FROM app.posts ORDER BY id')).rows.map(({ id }) => id),
        )
      expect(await ids(alice)).toEqual([1, 3])
      expect(await ids(principalOf('carol', ['reader'], {}))).toEqual([1, 2, 3, 4])
      expect(await ids(principalOf('carol', [], {}))).toEqual([])
      expect((await app.query('SELECT id FROM app.posts')).rows).toEqual([])
    })

    test('writes go by the same policies', async () => {
      const changed = (text: string): Promise<number | null> =>
        as(alice, async (client) => (await client.query(text)).rowCount)
      expect(await changed("UPDATE app.posts SET department = 'x'")).toBe(1)
      expect(await changed('DELETE FROM app.posts')).toBe(1)
      await expect(changed("INSERT INTO app.posts (id, owner_id) VALUES (9, 'bob')")).rejects.toThrow(
        'row-level security',
      )
      expect(await changed("INSERT INTO app.posts (id, owner_id, level) VALUES (9, 'alice', 'public')")).toBe(1)
      await expect(changed("UPDATE app.posts SET owner_id = 'bob' WHERE id = 9")).rejects.toThrow('row-level security')
    })

    test('the principal ends with the transaction, also with one that failed', async () => {
      await expect(as(alice, (client) => client.query('SELECT nonsense'))).rejects.toThrow('nonsense')
      await as(alice, async () => undefined)
      for (let round = 0; round < 4; round++) expect((await app.query('SELECT id FROM app.posts')).rows).toEqual([])
    })

    test('a hostile subject is a value and no SQL', async () => {
      const hostile = principalOf(`x' OR TRUE --"\\`, [], {})
      expect(await as(hostile, async (client) => (await client.query('SELECT id FROM app.posts')).rowCount)).toBe(0)
      const { text, values } = access.filter(hostile, 'posts:read')
      expect((await owner.query(`SELECT id FROM app.posts WHERE ${text}`, [...values])).rowCount).toBe(0)
      expect(
        await as(
          principalOf('a\0b', [], {}),
          async (client) => (await client.query('SELECT id FROM app.posts')).rowCount,
        ),
      ).toBe(0)
    })

    test('the check at start-up finds every difference', async () => {
      const client = await app.connect()
      const check = async (): Promise<string> => {
        try {
          await checkRowSecurity(client, security)
          return 'the same'
        } catch (error) {
          if (error instanceof ConfigurationError && error.code === 'ERR_ROW_SECURITY_DIFFERS') return error.message
          throw error
        }
      }
      try {
        expect(await check()).toBe('the same')
        await owner.query('CREATE POLICY mine ON app.posts USING (TRUE)')
        expect(await check()).toContain('app.posts has the policy "mine", which is not generated')
        await owner.query('DROP POLICY mine ON app.posts; ALTER POLICY "ashlar select roles" ON app.posts USING (TRUE)')
        expect(await check()).toContain('"ashlar select roles" of app.posts is changed')
        await migrateRowSecurity(owner, security)
        expect(await check()).toBe('the same')
        await owner.query('DROP POLICY "ashlar delete deny sealed" ON app.posts')
        expect(await check()).toContain('app.posts lacks the policy "ashlar delete deny sealed"')
        await owner.query('ALTER TABLE app.posts NO FORCE ROW LEVEL SECURITY')
        expect(await check()).toContain('does not bind its owner')
        await owner.query('ALTER TABLE app.posts DISABLE ROW LEVEL SECURITY')
        expect(await check()).toContain('row-level security of app.posts is off')
        await migrateRowSecurity(owner, security)
        await owner.query(
          "CREATE OR REPLACE FUNCTION ashlar.attribute(name text) RETURNS jsonb LANGUAGE sql STABLE RETURN '1'::jsonb",
        )
        expect(await check()).toContain('ashlar.attribute is missing or changed')
        await migrateRowSecurity(owner, security)
        expect(await check()).toBe('the same')
        await expect(checkRowSecurity(owner, security)).rejects.toThrow('the role "postgres" is not bound')
      } finally {
        client.release()
      }
    })
  })

  test('closure, WHERE filter and row-level security agree on each of 10 000 rows', async () => {
    await owner.query('DELETE FROM app.posts')
    await insertRandomRows(owner, 10_000)
    const { rows } = await owner.query('SELECT * FROM app.posts ORDER BY id')
    expect(rows).toHaveLength(10_000)
    let between = 0
    await fc.assert(
      fc.asyncProperty(policySet, caller, async (policies, principal) => {
        const access = accessControl({ roles: ROLES, policies, attributes: ATTRIBUTES, clock: { now: () => NOW } })
        const environment = { time: NOW, ip_address: '10.1.2.3' }
        const byClosure = rows
          .filter((row) => access.can(principal, 'posts:read', row, environment))
          .map(({ id }) => id)
        const { text, values } = access.filter(principal, 'posts:read', { alias: 'p', firstParameter: 2, environment })
        const filtered = await owner.query(`SELECT id FROM app.posts p WHERE $1::int = 1 AND ${text} ORDER BY id`, [
          1,
          ...values,
        ])
        const byRows = await underRowSecurity(access, principal, environment)
        expect({
          text,
          differing: differing(
            byClosure,
            filtered.rows.map(({ id }) => id),
          ),
        }).toEqual({ text, differing: [] })
        expect({ text, differing: differing(byClosure, byRows) }).toEqual({ text, differing: [] })
        if (byClosure.length > 0 && byClosure.length < rows.length) between += 1
      }),
      { numRuns: 60 },
    )
    expect(between).toBeGreaterThan(5)
  }, 120_000)

  async function underRowSecurity(access: AccessControl, principal: Principal, environment: object): Promise<number[]> {
    const security = access.rowSecurity([{ ...POSTS, commands: { select: 'read' } }])
    await migrateRowSecurity(owner, security)
    return withPrincipal(app, access.rowSession(principal, security, environment), async (client) =>
      (await client.query('SELECT id FROM app.posts ORDER BY id')).rows.map(({ id }) => id),
    )
  }
})

/** The first rows on which two answers differ. */
function differing(one: readonly number[], other: readonly number[]): readonly number[] {
  const [left, right] = [new Set(one), new Set(other)]
  return [...one.filter((id) => !right.has(id)), ...other.filter((id) => !left.has(id))].slice(0, 5)
}

const WORDS = ['sales', 'legal', 'Sales', '', 'ä€𝄞', "o'hara\\", 'alice']
const word = fc.constantFrom(...WORDS)
const number = fc.constantFrom(-1, 0, 1, 1.5, 18, 40, 1e300)
const level = fc.constantFrom(...LEVELS.levels)
const instant = fc.constantFrom(NOW, NOW - 1, NOW + 3_600_000, Date.UTC(2026, 0, 1))

const leaf: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ equals: one('resource.owner_id', fc.oneof(word, ref('user.id'), ref('resource.department'))) }),
  fc.record({ notEquals: one('resource.department', fc.oneof(word, ref('user.department'))) }),
  fc.record({ equals: one('user.department', fc.oneof(word, ref('resource.department'))) }),
  fc.record({ in: one('resource.department', fc.array(word, { minLength: 1, maxLength: 3 })) }),
  fc.record({ notIn: one('resource.owner_id', ref('user.groups')) }),
  fc.record({ in: one('user.department', ref('resource.tags')) }),
  fc.record({ contains: one('resource.tags', fc.oneof(word, ref('user.department'), ref('resource.department'))) }),
  fc.record({ contains: one('user.groups', fc.oneof(word, ref('resource.department'))) }),
  fc.record({
    startsWith: one('resource.department', fc.oneof(fc.constantFrom('s', 'ä', "o'"), ref('user.department'))),
  }),
  fc.record({
    endsWith: one('resource.department', fc.oneof(fc.constantFrom('s', '𝄞', '\\'), ref('user.department'))),
  }),
  ...(['greaterThan', 'greaterThanOrEqual', 'lessThan', 'lessThanOrEqual', 'equals'] as const).flatMap((operator) => [
    fc.record({ [operator]: one('resource.amount', fc.oneof(number, ref('user.age'), ref('resource.quantity'))) }),
    fc.record({
      [operator]: one(
        'resource.quantity',
        fc.oneof(fc.integer({ min: 0, max: 5 }), ref('resource.amount'), ref('user.age')),
      ),
    }),
    fc.record({ [operator]: one('user.clearance', fc.oneof(level, ref('resource.level'))) }),
    fc.record({
      [operator]: one('resource.created_at', fc.oneof(iso(instant), ref('environment.time'), ref('user.since'))),
    }),
  ]),
  fc.record({
    between: one('resource.amount', fc.constantFrom([0, 18], [-1, 1e300]) as fc.Arbitrary<[number, number]>),
  }),
  fc.record({ in: one('resource.level', fc.array(level, { minLength: 1, maxLength: 2 })) }),
  fc.record({ in: one('resource.amount', fc.array(number, { minLength: 1, maxLength: 3 })) }),
  fc.record({ equals: one('resource.published', fc.oneof(fc.boolean(), ref('user.verified'))) }),
  fc.record({
    exists: one(fc.constantFrom('resource.owner_id', 'resource.tags', 'user.age', 'user.unheard_of'), fc.boolean()),
  }),
  fc.record({
    in: one(
      'environment.ip_address',
      fc.constantFrom(['10.0.0.0/8'], ['10.9.9.9/8', '2001:db8::/32'], ['192.0.2.0/24']),
    ),
  }),
  fc.record({
    between: one(
      fc.constantFrom('environment.time', 'resource.created_at'),
      fc.constantFrom(
        { from: '09:00', to: '17:00', zone: 'Europe/Berlin' },
        { from: '22:00', to: '06:00', zone: 'UTC' },
        { from: '12:30', to: '00:00', zone: 'America/New_York' },
      ),
    ),
  }),
) as fc.Arbitrary<Condition>

const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.record({ and: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ or: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie('condition') }),
  ) as fc.Arbitrary<Condition>,
}))

const policySet: fc.Arbitrary<Policy[]> = fc
  .array(
    fc.record({ effect: fc.constantFrom('allow' as const, 'allow' as const, 'deny' as const), conditions: condition }),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((drafts) =>
    drafts.map((draft, index) => ({ ...draft, id: `policy.${index}`, resource: 'posts', action: 'read' })),
  )

const caller: fc.Arbitrary<Principal> = fc
  .record({
    subject: word,
    roles: fc.constantFrom(['nobody'], ['nobody'], ['reader'], []),
    claims: fc.record(
      {
        department: fc.oneof(word, fc.constant(5), fc.constant(null)),
        age: fc.oneof(number, fc.constant('40'), fc.constant(Number.NaN)),
        verified: fc.boolean(),
        groups: fc.oneof(fc.array(word, { maxLength: 3 }), fc.constant(['a', 1])),
        clearance: fc.oneof(level, fc.constant('cosmic')),
        since: instant,
      },
      { requiredKeys: [] },
    ),
  })
  .map(({ subject, roles, claims }) => principalOf(subject, roles, claims))

function one<Value>(
  name: string | fc.Arbitrary<string>,
  value: fc.Arbitrary<Value>,
): fc.Arbitrary<Record<string, Value>> {
  return fc
    .tuple(typeof name === 'string' ? fc.constant(name) : name, value)
    .map(([key, operand]) => ({ [key]: operand }))
}

function ref(name: string): fc.Arbitrary<{ ref: string }> {
  return fc.constant({ ref: name })
}

function iso(instants: fc.Arbitrary<number>): fc.Arbitrary<string> {
  return instants.map((time) => new Date(time).toISOString())
}

async function insertRandomRows(client: pg.ClientBase, count: number): Promise<void> {
  const maybe = <Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> => fc.option(arbitrary, { freq: 6 })
  const row = fc.tuple(
    maybe(word),
    maybe(word),
    maybe(fc.oneof(number, fc.constantFrom('NaN', 'Infinity', '-Infinity'))),
    maybe(fc.integer({ min: 0, max: 5 })),
    maybe(fc.boolean()),
    maybe(instant.map((time) => new Date(time).toISOString())),
    maybe(fc.array(fc.option(word, { freq: 8 }), { maxLength: 3 })),
    maybe(fc.oneof(level, fc.constant('cosmic'))),
  )
  const rows = fc.sample(row, { numRuns: count, seed: 6 })
  for (let start = 0; start < count; start += 1000) {
    const batch = rows.slice(start, start + 1000).map((values, index) => [start + index, ...values])
    const places = batch.map(
      (_, index) => `(${Array.from({ length: 9 }, (_, column) => `$${index * 9 + column + 1}`).join(', ')})`,
    )
    await client.query(`INSERT INTO app.posts VALUES ${places.join(', ')}`, batch.flat())
  }
}
