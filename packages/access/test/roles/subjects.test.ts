import type { Principal } from '@ashlar/core'
import { describe, expect, test } from '@jest/globals'

import { type AccessControlOptions, accessControl } from '../../src/index.ts'
import { principalOf } from '../apps.ts'

const trading: AccessControlOptions['roles'] = {
  viewer: { permissions: ['orders:read'] },
  trader: { inherits: ['viewer'], permissions: ['orders:write'] },
  admin: { permissions: ['*:*'] },
}

describe('scopes', () => {
  const scoped = (scopes: readonly string[]): Principal => principalOf(['trader'], { scopes: Object.freeze(scopes) })

  test('mean nothing unless told', () => {
    const { can } = accessControl({ roles: trading })
    expect(can(scoped(['users:read']), 'users:read')).toBe(false)
    expect(can(scoped([]), 'orders:write')).toBe(true)
  })

  test('grant beside the roles', () => {
    const { can } = accessControl({ roles: trading, scopes: 'grant' })
    expect(can(scoped(['users:read']), 'users:read')).toBe(true)
    expect(can(scoped(['*:*']), 'users:write')).toBe(false)
  })

  test('limit what the roles grant', () => {
    const { can } = accessControl({ roles: trading, scopes: 'limit' })
    expect(can(scoped(['orders:read', 'users:read']), 'orders:read')).toBe(true)
    expect(can(scoped(['orders:read', 'users:read']), 'orders:write')).toBe(false)
    expect(can(scoped(['orders:read', 'users:read']), 'users:read')).toBe(false)
  })
})

describe('the attribute user.roles', () => {
  const roles = {
    viewer: { permissions: ['orders:read'] },
    trader: { inherits: ['viewer'] },
    payer: { permissions: ['payments:create'] },
    approver: { permissions: ['payments:approve'] },
  }
  const { can, rowSecurity, rowSession } = accessControl({
    roles,
    separation: [{ kind: 'static', roles: ['payer', 'approver'] }],
    policies: ['viewer', 'trader', 'approver'].map((role) => ({
      id: role,
      effect: 'allow',
      resource: 'reports',
      action: role,
      conditions: { contains: { 'user.roles': role } },
    })),
  })

  test('holds the roles that count, with what they inherit', () => {
    expect(can(principalOf(['trader']), 'reports:trader')).toBe(true)
    expect(can(principalOf(['trader']), 'reports:viewer')).toBe(true)
    expect(can(principalOf(['viewer']), 'reports:trader')).toBe(false)
    expect(can(principalOf(['approver']), 'reports:approver')).toBe(true)
  })

  test('holds none that is withheld, and none that nobody defined', () => {
    const both = principalOf(['payer', 'approver', 'stranger', 'viewer'])
    expect(can(both, 'payments:approve')).toBe(false)
    expect(can(both, 'reports:approver')).toBe(false)
    const security = rowSecurity([{ table: 'reports', commands: { select: 'viewer' } }])
    expect(JSON.parse(rowSession(both, security))['user.roles/texts']).toEqual(['viewer'])
  })
})

test('what may still change deep inside a frozen credential is read each time', () => {
  const { can } = accessControl({
    roles: {},
    policies: [
      {
        id: 'org',
        effect: 'allow',
        resource: 'x',
        action: 'y',
        conditions: { equals: { 'user.org.team': 'red' } },
      },
    ],
  })
  const org = { team: 'red' }
  const principal = principalOf([], { claims: Object.freeze({ org }) })
  expect(can(principal, 'x:y')).toBe(true)
  org.team = 'blue'
  expect(can(principal, 'x:y')).toBe(false)
})

test('activate() takes a list of roles', () => {
  const { activate } = accessControl({ roles: trading })
  for (const wrong of [undefined, 'trader', [7]]) {
    expect(() => activate(principalOf(['trader']), wrong as never)).toThrow(/^activate\(\): /)
  }
  expect(activate(principalOf(['trader']), []).roles).toEqual([])
})
