import { ConfigurationError } from '@ashlar/core'
import { describe, expect, test } from '@jest/globals'

import { type AccessControlOptions, accessControl, type Condition, type Policy } from '../../src/index.ts'
import { principalOf } from '../apps.ts'

const ROLES = { nobody: { permissions: [] } }

function rule(conditions: Condition, effect: Policy['effect'] = 'allow', id = 'rule'): Policy {
  return { id, effect, resource: 'document', action: 'read', conditions }
}

function refusal(options: Partial<AccessControlOptions>): string {
  try {
    accessControl({ roles: ROLES, ...options })
  } catch (error) {
    if (error instanceof ConfigurationError) return `${error.code} ${error.message}`
    throw error
  }
  return 'accepted'
}

describe('a wrong policy is refused with its place', () => {
  const wrong = (conditions: unknown, options: Partial<AccessControlOptions> = {}): string =>
    refusal({ policies: [rule(conditions as Condition)], ...options })
  const at = 'ERR_POLICY_INVALID accessControl(): policies[0].conditions'

  test.each<[unknown, string]>([
    [{ equal: { 'user.a': 1 } }, '.equal: there is no operator "equal". Did you mean "equals"?'],
    [{ and: [{ or: [{ is: { 'user.a': 1 } }] }] }, '.and[0].or[0].is: there is no operator "is".'],
    [
      { equals: { 'user.__proto__': 1 } },
      '.equals["user.__proto__"]: "__proto__" can\'t be part of an attribute\'s name.',
    ],
    [{ equals: { 'user.a.constructor.b': 1 } }, '.equals["user.a.constructor.b"]: "constructor" can\'t be part'],
    [{ equals: { 'user.a': { ref: 'resource.prototype' } } }, '.equals["user.a"]: "prototype" can\'t be part'],
    [{ equals: { department: 'x' } }, '.equals["department"]: an attribute is named'],
    [{ equals: { 'user.a': null } }, '.equals["user.a"]: expected a text'],
    [{ equals: { 'user.a': { ref: 'x', value: 1 } } }, '.equals["user.a"]: expected a text'],
    [{ in: { 'user.a': [] } }, '.in["user.a"]: an empty list'],
    [{ in: { 'user.a': 'x' } }, '.in["user.a"]: expected a list'],
    [
      { in: { 'environment.ip_address': ['10.0.0.0/33'] } },
      '.in["environment.ip_address"][0]: expected an address or a network',
    ],
    [{ between: { 'user.a': [5, 1] } }, '.between["user.a"]: the first value is greater'],
    [{ between: { 'user.a': [5] } }, '.between["user.a"]: expected [lowest, highest].'],
    [
      { between: { 'environment.time': ['09:00', '17:00'] } },
      '.between["environment.time"]: a time of day needs a time zone',
    ],
    [{ between: { 'environment.time': { from: '09:00', to: '17:00', zone: 'Mars/Base' } } }, 'is no time zone'],
    [
      { between: { 'environment.time': { from: '09:00', to: '25:00', zone: 'UTC' } } },
      'a time of day is written "09:00"',
    ],
    [{ between: { 'environment.time': { from: '09:00', to: '09:00', zone: 'UTC' } } }, 'the two times are the same'],
    [{ greaterThan: { 'user.id': 'b' } }, '.greaterThan["user.id"]: user.id is a text, which has no order.'],
    [{ equals: { 'user.id': 5 } }, '.equals["user.id"]: 5 can\'t be compared with user.id, which is a text.'],
    [{ equals: { 'user.roles': 'admin' } }, '.equals["user.roles"]: user.roles is a list of texts: use "contains".'],
    [{ equals: { 'environment.time': '2026-01-01T00:00:00' } }, "can't be compared with environment.time"],
    [{ exists: { 'user.a': 'yes' } }, '"exists" is true or false'],
    [{}, ': a condition has an operator.'],
    [[], ': expected a condition'],
    ['user.a', ': expected a condition'],
    [{ and: [] }, '.and: expected a list of conditions.'],
    [{ not: [] }, '.not: expected a condition'],
    [{ equals: 'user.a' }, '.equals: expected attributes by name'],
    [{ equals: { 'user.a': 'a\0' } }, '.equals["user.a"]: expected a text'],
  ])('%j', (conditions, message) => {
    expect(wrong(conditions)).toContain(at)
    expect(wrong(conditions)).toContain(message)
  })

  test.each<[unknown, string]>([
    [{ id: 'x', effect: 'permit', resource: 'a', action: 'b' }, 'policies[0].effect: "effect" is "allow" or "deny".'],
    [{ id: 'x', effect: 'allow', action: 'b' }, 'policies[0].resource: expected a name'],
    [{ id: 'x', effect: 'allow', resource: 'a', action: [] }, 'policies[0].action: expected a name'],
    [{ id: 'x', effect: 'allow', resource: 'a:b', action: 'c' }, 'policies[0].resource: expected a name'],
    [{ effect: 'allow', resource: 'a', action: 'b' }, 'policies[0].id: a policy has an id'],
    [
      { id: 'x', effect: 'allow', resource: 'a', action: 'b', condition: {} },
      'policies[0].condition: a policy has no "condition". Did you mean "conditions"?',
    ],
    [null, 'policies[0]: expected a policy.'],
  ])('%j', (policy, message) => {
    expect(refusal({ policies: [policy as Policy] })).toContain(`ERR_POLICY_INVALID accessControl(): ${message}`)
  })

  test('two policies of one id, and no list at all', () => {
    const policy: Policy = { id: 'x', effect: 'allow', resource: 'a', action: 'b' }
    expect(refusal({ policies: [policy, policy] })).toContain('policies[1].id: "x" is the id of policies[0] as well.')
    expect(refusal({ policies: {} as never })).toContain('policies: expected a list of policies.')
  })

  test('10 000 levels of nesting, and a megabyte of conditions', () => {
    let deep: Condition = { equals: { 'user.a': 1 } }
    for (let level = 0; level < 10_000; level++) deep = { not: deep }
    expect(wrong(deep)).toContain('conditions nest at most 64 deep.')
    const wide: Condition = { or: Array.from({ length: 31_000 }, (_, index) => ({ equals: { 'user.number': index } })) }
    expect(JSON.stringify(wide).length).toBeGreaterThan(1_000_000)
    expect(wrong(wide)).toContain('a policy has at most 10000 conditions.')
    const many = Array.from({ length: 10_000 }, (_, index) => ({
      ...rule({ equals: { 'user.number': index } }),
      id: `p${index}`,
    }))
    expect(JSON.stringify(many).length).toBeGreaterThan(1_000_000)
    expect(refusal({ policies: many })).toBe('accepted')
  })

  test('more conditions than any decision should have to look at', () => {
    const part = (index: number): Condition => ({ equals: { 'user.number': index } })
    const policies = Array.from({ length: 12 }, (_, index) => ({
      ...rule({ or: Array.from({ length: 9000 }, (_, number) => part(number)) }, 'deny'),
      id: `p${index}`,
    }))
    expect(refusal({ policies })).toContain('policies[11]: all policies together have at most 100000 conditions.')
    // Each of them is wrong in strict reading, and to say of each what was meant would take long.
    expect(refusal({ tenantPolicies: policies.slice(0, 11) })).toContain('is not declared. And 95 more.')
    const names = Object.fromEntries(Array.from({ length: 10_001 }, (_, index) => [`user.a${index}`, 1]))
    expect(wrong({ equals: names })).toContain('a policy has at most 10000 conditions.')
  })

  test('a text or a list without a bound', () => {
    expect(wrong({ greaterThan: { 'environment.time': 'T'.repeat(80_000) } })).toContain(
      'a text has at most 10000 characters.',
    )
    expect(wrong({ greaterThan: { 'environment.time': 'T'.repeat(10_000) } })).toContain("can't be compared")
    expect(wrong({ in: { 'user.a': Array.from({ length: 100_001 }, (_, index) => index) } })).toContain(
      'a list has at most 100000 values.',
    )
    const resource = Array.from({ length: 1001 }, (_, index) => `kind-${index}`)
    expect(refusal({ policies: [{ ...rule({ exists: { 'user.a': true } }), resource }] })).toContain('expected a name')
  })

  test('the strict mode leaves nothing to guessing', () => {
    const attributes = { 'user.department': 'text', 'resource.department': 'text' } as const
    const strict = { strict: true, attributes }
    expect(wrong({ equals: { 'user.department': 'resource.department' } }, strict)).toContain(
      'write { "ref": "resource.department" } for the attribute or { "value": … } for the text.',
    )
    expect(wrong({ equals: { 'user.department': { ref: 'resource.department' } } }, strict)).toBe('accepted')
    expect(wrong({ equals: { 'user.department': { value: 'resource.department' } } }, strict)).toBe('accepted')
    expect(wrong({ equals: { 'user.departement': 'sales' } }, strict)).toContain(
      'the attribute user.departement is not declared. Did you mean "user.department"?',
    )
  })

  test('attributes', () => {
    expect(refusal({ attributes: { 'user.roles': 'text' } })).toContain('this attribute is built in')
    expect(refusal({ attributes: { department: 'text' } })).toContain('an attribute is named')
    expect(refusal({ attributes: { 'user.a': 'string' as never } })).toContain('must be text, number')
    expect(refusal({ attributes: { 'user.a': { levels: ['a', 'a'] } } })).toContain('levels[1] must be different')
    expect(refusal({ zone: 'Nowhere' })).toContain('ERR_OPTION_INVALID')
  })
})

test("customers' policies are always read strictly, and decide like the others", () => {
  const policy = (right: unknown, id = 'tenant') =>
    ({ id, effect: 'allow', resource: 'posts', action: 'read', conditions: { equals: { 'user.id': right } } }) as Policy
  const policies = [policy('resource.nothing', 'rule')]
  expect(refusal({ policies, tenantPolicies: [policy('resource.owner_id')] })).toContain(
    'tenantPolicies[0].conditions.equals["user.id"]: write { "ref"',
  )
  const { can } = accessControl({
    roles: ROLES,
    attributes: { 'resource.owner_id': 'text' },
    policies,
    tenantPolicies: [policy({ ref: 'resource.owner_id' })],
  })
  expect(can(principalOf([]), 'posts:read', { owner_id: 'alice' })).toBe(true)
  expect(can(principalOf([]), 'posts:read', { owner_id: 'bob' })).toBe(false)
  expect(refusal({ policies, tenantPolicies: [policy({ value: 'x' }, 'rule')] })).toContain(
    '"rule" is the id of policies[0] as well',
  )
})
