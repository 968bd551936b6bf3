import { ConfigurationError } from '@ashlar/core'
import { describe, expect, test } from '@jest/globals'

import { type AccessControlOptions, type AttributeTypes, accessControl, type Condition } from '../../src/index.ts'
import { createPolicy } from '../../src/sql.ts'
import { principalOf } from '../apps.ts'

const LEVELS = { levels: ['public', "o'secret"] }
const attributes: AttributeTypes = {
  'user.groups': 'texts',
  'user.since': 'instant',
  'resource.owner_id': 'text',
  'resource.amount': 'number',
  'resource.quantity': 'integer',
  'resource.open': 'boolean',
  'resource.created_at': 'instant',
  'resource.tags': 'texts',
  'resource.level': LEVELS,
}

function access(conditions: Condition | undefined, more: Partial<AccessControlOptions> = {}) {
  return accessControl({
    roles: { reader: { permissions: ['posts:read'] } },
    attributes,
    policies: [{ id: 'rule', effect: 'allow', resource: 'posts', action: 'read', ...(conditions && { conditions }) }],
    ...more,
  })
}

const alice = principalOf([], { claims: { groups: ['a'], since: 5 } })
const where = (conditions: Condition): { text: string; values: readonly unknown[] } =>
  access(conditions).filter(alice, 'posts:read')

describe('a WHERE filter', () => {
  test.each<[Condition, string, unknown[]]>([
    [{ equals: { 'resource.owner_id': { ref: 'user.id' } } }, '("owner_id"::text = $1::text)', ['alice']],
    [{ equals: { 'resource.owner_id': { ref: 'user.nobody' } } }, '("owner_id"::text = $1::text)', [null]],
    [{ in: { 'resource.owner_id': ['a', 'b'] } }, '("owner_id"::text = ANY($1::text[]))', [['a', 'b']]],
    [{ greaterThan: { 'resource.quantity': 5 } }, '("quantity" > $1::float8)', [5]],
    [{ equals: { 'resource.open': true } }, '("open" = $1::boolean)', [true]],
    [
      { lessThan: { 'resource.created_at': { ref: 'user.since' } } },
      '("created_at" < to_timestamp($1::float8 / 1000))',
      [5],
    ],
    [{ exists: { 'resource.owner_id': false } }, '(NOT ("owner_id" IS NOT NULL))', []],
    [{ startsWith: { 'resource.owner_id': 'a' } }, '(starts_with("owner_id"::text, $1::text))', ['a']],
    [
      { in: { 'resource.level': ["o'secret"] } },
      `(array_position(ARRAY['public', 'o''secret']::text[], "level"::text) = ANY($1::integer[]))`,
      [[2]],
    ],
    [{ not: { equals: { 'resource.open': true } } }, 'NOT ("open" = $1::boolean)', [true]],
    [{ equals: { 'user.id': 'alice' } }, 'TRUE', []],
    [{ equals: { 'user.id': 'bob' } }, 'FALSE', []],
    [{ equals: { 'user.nobody': 'bob' } }, 'FALSE', []],
    [
      { and: [{ equals: { 'user.id': 'alice' } }, { equals: { 'resource.open': true } }] },
      '("open" = $1::boolean)',
      [true],
    ],
    [{ or: [{ equals: { 'user.id': 'alice' } }, { equals: { 'resource.open': true } }] }, 'TRUE', []],
    [
      { and: [{ equals: { 'user.nobody': 'x' } }, { equals: { 'resource.open': true } }] },
      '(("open" = $1::boolean) AND NULL::boolean)',
      [true],
    ],
  ])('%j', (conditions, text, values) => {
    expect(where(conditions)).toEqual({ text, values })
  })

  test('names columns and numbers parameters as it is told', () => {
    const filter = access({ equals: { 'resource.owner_id': { ref: 'user.id' } } }).filter(alice, 'posts:read', {
      alias: 'p',
      columns: { owner_id: 'created "by"' },
      firstParameter: 3,
    })
    expect(filter).toEqual({ text: '("p"."created ""by"""::text = $3::text)', values: ['alice'] })
  })

  test('is all for a role and nothing for what nobody allows; a denial comes first', () => {
    const rules = access({ equals: { 'resource.open': true } })
    expect(rules.filter(principalOf(['reader']), 'posts:read').text).toBe('TRUE')
    expect(rules.filter(alice, 'posts:write').text).toBe('FALSE')
    const denied = access(undefined, {
      policies: [
        { id: 'no', effect: 'deny', resource: '*', action: '*', conditions: { equals: { 'resource.open': false } } },
      ],
    })
    expect(denied.filter(principalOf(['reader']), 'posts:read')).toEqual({
      text: 'NOT ("open" = $1::boolean)',
      values: [false],
    })
  })

  test('never holds a text that PostgreSQL can not', () => {
    const rules = access({ equals: { 'resource.owner_id': { ref: 'user.id' } } })
    for (const subject of ['a\0b', '\ud800']) {
      expect(rules.filter(principalOf([], { subject }), 'posts:read').values).toEqual([null])
    }
  })

  test('refuses what SQL can not say', () => {
    const code = (conditions: Condition): string => {
      try {
        return where(conditions).text
      } catch (error) {
        if (error instanceof ConfigurationError) return `${error.code} ${error.message}`
        throw error
      }
    }
    expect(code({ equals: { 'resource.a.b': 'x' } })).toContain(
      'ERR_POLICY_INVALID policies[0].conditions.equals["resource.a.b"] can\'t be written in SQL',
    )
    expect(code({ equals: { 'resource.a': { ref: 'user.b' } } })).toContain('neither is declared')
    expect(() => access(undefined).filter(alice, 'posts' as never)).toThrow('must be a permission')
    expect(() => access(undefined).filter(alice, 'posts:read', { firstParameter: 0 })).toThrow('"firstParameter"')
  })
})

describe('row-level security', () => {
  test('says each rule as a policy of its own', () => {
    const rules = access(
      { and: [{ equals: { 'resource.owner_id': { ref: 'user.id' } } }, { contains: { 'user.groups': "it's" } }] },
      {},
    )
    const security = rules.rowSecurity([{ table: 'app.posts', commands: { select: 'read', insert: 'read' } }])
    expect(security.policies.map((policy) => createPolicy(policy))).toEqual([
      `CREATE POLICY "ashlar select roles" ON "app"."posts" AS PERMISSIVE FOR SELECT USING ((SELECT coalesce(ashlar.attribute('granted') ? 'posts:read', false)))`,
      `CREATE POLICY "ashlar select allow rule" ON "app"."posts" AS PERMISSIVE FOR SELECT USING ((("owner_id"::text = (SELECT (ashlar.attribute('user.id/text') #>> '{}')::text)) AND (CASE WHEN 'it''s' IS NOT NULL THEN 'it''s' = ANY(CAST((SELECT CASE WHEN jsonb_typeof(ashlar.attribute('user.groups/texts')) = 'array' THEN ARRAY(SELECT jsonb_array_elements_text(ashlar.attribute('user.groups/texts'))) END) AS text[])) END)))`,
      expect.stringContaining('FOR INSERT WITH CHECK'),
      expect.stringContaining('FOR INSERT WITH CHECK'),
    ])
    expect(security.sql).toContain('FORCE ROW LEVEL SECURITY')
    expect(JSON.parse(rules.rowSession(alice, security))).toEqual({
      'user.id/text': 'alice',
      'user.groups/texts': ['a'],
      granted: [],
    })
    expect(JSON.parse(rules.rowSession(principalOf(['reader']), security))).toEqual({
      'user.id/text': 'alice',
      granted: ['posts:read'],
    })
  })

  test('keeps names within 63 bytes, and apart', () => {
    const long = 'x'.repeat(90)
    const security = access(undefined, {
      policies: ['a', 'b'].map((end) => ({ id: `${long}${end}`, effect: 'allow', resource: 'posts', action: 'read' })),
    }).rowSecurity([{ table: 'posts' }])
    const names = security.policies.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name.length).toBeLessThanOrEqual(63)
  })

  test('checks its tables', () => {
    const rules = access(undefined)
    expect(() => rules.rowSecurity([])).toThrow('a list of at least 1 entry')
    expect(() => rules.rowSecurity([{ table: 'a"b' }])).toThrow('must be a table’s name')
    expect(() => rules.rowSecurity([{ table: 'posts', commands: { selec: 'read' } as never }])).toThrow(
      'Did you mean "select"?',
    )
    expect(() => rules.rowSecurity([{ table: 'posts', commands: { select: '*' } }])).toThrow('must be a permission')
  })
})

test("customers' policies are always read strictly, and decide like the others", () => {
  const policy = (right: unknown) =>
    ({
      id: 'tenant',
      effect: 'allow',
      resource: 'posts',
      action: 'read',
      conditions: { equals: { 'user.id': right } },
    }) as never
  expect(() => access(undefined, { tenantPolicies: [policy('resource.owner_id')] })).toThrow(
    'tenantPolicies[0].conditions.equals["user.id"]: write { "ref"',
  )
  const rules = access(
    { equals: { 'user.id': 'resource.nothing' } },
    { tenantPolicies: [policy({ ref: 'resource.owner_id' })] },
  )
  expect(rules.can(alice, 'posts:read', { owner_id: 'alice' })).toBe(true)
  expect(rules.can(alice, 'posts:read', { owner_id: 'bob' })).toBe(false)
  expect(() => access(undefined, { tenantPolicies: [{ ...(policy('x') as object), id: 'rule' } as never] })).toThrow(
    '"rule" is the id of policies[0] as well',
  )
})

test.each<[Condition, string, string]>([
  [
    { in: { 'environment.ip_address': ['10.0.0.0/8'] } },
    "(ashlar.attribute('environment.ip_address/text') #>> '{}')::inet) <<= ANY(ARRAY['10.0.0.0/8'::inet]::inet[])",
    'environment.ip_address/text',
  ],
  [
    { between: { 'environment.time': { from: '22:00', to: '06:00', zone: 'UTC' } } },
    "AT TIME ZONE 'UTC')::time >= time '22:00:00.000' OR",
    'environment.time/instant',
  ],
  [
    { exists: { 'user.groups': true } },
    "(SELECT ashlar.attribute('user.groups/exists') = 'true'::jsonb)",
    'user.groups/exists',
  ],
  [
    { in: { 'resource.owner_id': { ref: 'user.groups' } } },
    'CASE WHEN "owner_id"::text IS NOT NULL THEN',
    'user.groups/texts',
  ],
  [{ endsWith: { 'user.id': 'e' } }, "char_length('e')) = 'e'", 'user.id/text'],
  [
    { greaterThan: { 'user.since': '2026-01-01T00:00:00Z' } },
    "> to_timestamp('1767225600000'::float8 / 1000)",
    'user.since/instant',
  ],
  [{ equals: { 'resource.amount': 1.5 } }, "= '1.5'::float8", ''],
  [{ equals: { 'resource.open': false } }, '"open" = FALSE', ''],
  [{ in: { 'resource.level': ['public'] } }, 'ANY(ARRAY[1]::integer[])', ''],
  [{ contains: { 'resource.tags': 'x' } }, 'array_position("tags"::text[], NULL) IS NULL', ''],
  [{ equals: { 'user.id': 'back\\slash' } }, "E'back\\\\slash'", 'user.id/text'],
])('%j in row-level security, and what its session holds', (conditions, text, key) => {
  const rules = access(conditions)
  const security = rules.rowSecurity([{ table: 'posts', commands: { select: 'read' } }])
  expect(security.policies[1]!.using).toContain(text)
  const session = JSON.parse(rules.rowSession(alice, security, { ip_address: '10.0.0.1' })) as object
  expect(Object.keys(session)).toEqual([...(key ? [key] : []), 'granted'])
})
