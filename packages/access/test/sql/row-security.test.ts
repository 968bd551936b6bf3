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
    expect(() =>
      rules.rowSecurity([{ table: 'posts' }, { table: 'notes' }, { table: 'posts', resource: 'x' }]),
    ).toThrow('"tables[2].table" must be another one than that of tables[0]')
    for (const wrong of [undefined, {}, ['posts'], [{}], [{ table: 'posts', columns: { a: 1 } }]]) {
      expect(() => rules.rowSecurity(wrong as never)).toThrow(ConfigurationError)
    }
    const security = rules.rowSecurity([{ table: 'posts' }])
    expect(() => rules.rowSession(security as never, alice as never)).toThrow(
      'rowSession(): "security" must be what rowSecurity() answers',
    )
    expect(() => rules.rowSecurity([])).toThrow('a list of at least 1 entry')
    expect(() => rules.rowSecurity([{ table: 'a"b' }])).toThrow('must be a table’s name')
    expect(() => rules.rowSecurity([{ table: 'posts', commands: { selec: 'read' } as never }])).toThrow(
      'Did you mean "select"?',
    )
    expect(() => rules.rowSecurity([{ table: 'posts', commands: { select: '*' } }])).toThrow('must be a permission')
  })
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
