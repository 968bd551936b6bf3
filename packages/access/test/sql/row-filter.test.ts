import { ConfigurationError } from '@ashlar/core'
import { describe, expect, test } from '@jest/globals'

import { type AccessControlOptions, type AttributeTypes, accessControl, type Condition } from '../../src/index.ts'
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
    for (const wrong of [{ firstParameter: 0 }, { alias: '' }, { columns: { a: 7 } }, { environment: [] }]) {
      expect(() => access(undefined).filter(alice, 'posts:read', wrong as never)).toThrow(Object.keys(wrong)[0])
    }
    expect(() => access(undefined).filter(alice, 'posts:read', { column: {} } as never)).toThrow(
      'Did you mean "columns"?',
    )
  })
})
