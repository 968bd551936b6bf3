import { ConfigurationError } from '@ashlar/core'
import { describe, expect, test } from '@jest/globals'

import { type AccessControlOptions, accessControl, type Condition, type Policy } from '../../src/index.ts'
import { principalOf } from '../apps.ts'

const ROLES = { nobody: { permissions: [] } }

const alice = principalOf([], {
  claims: Object.freeze({
    department: 'sales',
    role: 'manager',
    clearance_level: 'secret',
    location: 'Berlin',
    projects: Object.freeze(['apollo', 'gemini']),
    age: 40,
    verified: true,
  }),
})

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

describe('policies beside one another', () => {
  test('a policy that denies what another allows is worth a warning', () => {
    const conditions: Condition = { equals: { 'user.department': 'sales' } }
    const access = accessControl({
      roles: ROLES,
      policies: [rule(conditions, 'allow', 'a'), rule(conditions, 'deny', 'b')],
    })
    expect(access.warnings).toEqual([
      { severity: 'warning', path: 'policies[0]', message: '"a" never allows anything, since "b" denies it all.' },
    ])
    expect(access.can(alice, 'document:read')).toBe(false)
  })
})

describe('a typo that would refuse nobody', () => {
  const roles = { reader: { permissions: ['documents:read'] } }
  const deny = (more: Partial<Policy>): Policy => ({
    id: 'd',
    effect: 'deny',
    resource: 'documents',
    action: 'read',
    ...more,
  })
  const warnings = (options: Partial<AccessControlOptions>): readonly string[] =>
    accessControl({ roles, ...options }).warnings.map(({ path, message }) => `${path}: ${message}`)

  test('is a warning where nothing else is about what a deny is about', () => {
    expect(warnings({ policies: [deny({ resource: 'documnets' })] })).toEqual([
      'policies[0].resource: nothing else is about the resource "documnets". Did you mean "documents"?',
    ])
    expect(warnings({ policies: [deny({ action: ['read', 'raed'] })] })).toEqual([
      'policies[0].action: nothing else is about the action "raed". Did you mean "read"?',
    ])
    expect(warnings({ policies: [deny({ resource: '*', action: '*' })] })).toEqual([])
    expect(warnings({ policies: [deny({ resource: 'invoices', action: 'approve' })] })).toEqual([])
    const allow: Policy = { id: 'a', effect: 'allow', resource: 'documnets', action: 'raed' }
    expect(warnings({ policies: [deny({ resource: 'documnets' }), allow] })).toEqual([])
  })

  test('is an error where every permission is listed', () => {
    const permissions = ['documents:read', 'documents:update']
    expect(refusal({ roles, permissions, policies: [deny({ resource: 'documnets' })] })).toBe(
      'ERR_POLICY_INVALID accessControl(): policies[0].resource: no permission has the resource "documnets". ' +
        'Did you mean "documents"?',
    )
    expect(refusal({ roles, permissions, policies: [deny({ action: 'raed' })] })).toContain('the action "raed"')
    expect(refusal({ roles, permissions, policies: [deny({ action: '*' })] })).toBe('accepted')
  })

  test('is a warning where a declared attribute has nearly that name', () => {
    const attributes = { 'resource.locked_at': 'instant' } as const
    const exists = (name: string) => deny({ conditions: { exists: { [name]: true } } })
    expect(warnings({ attributes, policies: [exists('resource.lockd_at')] })).toEqual([
      'policies[0].conditions.exists["resource.lockd_at"]: the attribute resource.lockd_at is not declared. ' +
        'Did you mean "resource.locked_at"?',
    ])
    expect(warnings({ attributes, policies: [exists('resource.locked_at')] })).toEqual([])
    expect(warnings({ attributes, policies: [exists('resource.owner')] })).toEqual([])
  })

  test('is an error in the name of a role', () => {
    const contractors = (role: string) => deny({ conditions: { contains: { 'user.roles': role } } })
    expect(refusal({ roles, policies: [contractors('raeder')] })).toContain(
      'policies[0].conditions.contains["user.roles"]: there is no role "raeder". Did you mean "reader"?',
    )
    expect(refusal({ roles, policies: [contractors('reader')] })).toBe('accepted')
  })
})

describe('an allow that is always overridden', () => {
  const of = (id: string, effect: Policy['effect'], more: Partial<Policy> = {}): Policy => ({
    ...rule({ equals: { 'user.department': 'sales' } }, effect, id),
    ...more,
  })
  const messages = (policies: Policy[]): readonly string[] =>
    accessControl({ roles: ROLES, policies }).warnings.map(({ message }) => message)

  test('by several denies together', () => {
    expect(
      messages([
        of('a', 'allow', { action: ['read', 'write'] }),
        of('b', 'deny', { resource: '*' }),
        of('c', 'deny', { resource: '*', action: 'write' }),
      ]),
    ).toEqual(['"a" never allows anything, since "b" and "c" deny it all.'])
  })

  test('is told from one that is only partly', () => {
    expect(messages([of('a', 'allow', { action: ['read', 'write'] }), of('b', 'deny')])).toEqual([])
    expect(messages([of('a', 'allow'), of('b', 'deny', { conditions: { equals: { 'user.a': 1 } } })])).toEqual([])
  })

  test('is found among many', () => {
    const many = Array.from({ length: 6000 }, (_, index) => [
      of(`a${index}`, 'allow', { resource: `kind-${index}` }),
      of(`d${index}`, 'deny', { resource: `sort-${index}` }),
    ]).flat()
    expect(messages([...many, of('last', 'deny', { resource: 'kind-5999' })])).toEqual([
      '"a5999" never allows anything, since "last" denies it all.',
    ])
  })
})
