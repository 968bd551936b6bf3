import { ConfigurationError } from '@ashlar/core'
import { expect, test } from '@jest/globals'

import { accessControl, type PermissionUse, reviewAccess } from '../../src/index.ts'

const access = accessControl({
  roles: {
    viewer: { permissions: ['orders:read', 'positions:read'] },
    trader: { inherits: ['viewer'], permissions: ['orders:write', 'positions:close'] },
    admin: { permissions: ['*:*'] },
  },
  policies: [
    {
      id: 'own',
      effect: 'allow',
      resource: 'notes',
      action: 'read',
      conditions: { equals: { 'resource.owner': { ref: 'user.id' } } },
    },
    {
      id: 'frozen',
      effect: 'deny',
      resource: 'orders',
      action: 'write',
      conditions: { equals: { 'user.frozen': true } },
    },
  ],
  separation: [{ kind: 'static', roles: ['trader', 'admin'] }],
})
const holders = [
  { subject: 'vera', roles: ['viewer'] },
  { subject: 'tim', roles: ['trader'] },
  { subject: 'ada', roles: ['admin'] },
  { subject: 'max', roles: ['trader', 'admin'] },
]
const use = (permission: string, ...subjects: string[]): PermissionUse => ({
  permission,
  count: 1,
  lastUsed: 0,
  subjects,
})

test('a review says who can do what, and through which role', () => {
  const review = reviewAccess(access, { holders })
  expect(review.holders[1]).toEqual({
    subject: 'tim',
    roles: ['trader'],
    permissions: [
      { permission: 'orders:read', through: ['trader → viewer'] },
      { permission: 'orders:write', through: ['trader'] },
      { permission: 'positions:close', through: ['trader'] },
      { permission: 'positions:read', through: ['trader → viewer'] },
    ],
    conflicts: [],
  })
  expect(review.holders[2]!.permissions.map(({ permission }) => permission)).toEqual([
    'notes:read',
    'orders:read',
    'orders:write',
    'positions:close',
    'positions:read',
  ])
  expect(review.holders[3]).toMatchObject({ permissions: [], conflicts: [['trader', 'admin']] })
  expect(review.unused).toBeUndefined()
  expect(review.governed).toEqual(['notes:read', 'orders:write'])
})

test('it names what nobody used, and roles that are too broad', () => {
  const review = reviewAccess(access, {
    holders,
    used: [use('orders:read', 'vera', 'tim'), use('reports:read', 'ada')],
  })
  expect(review.unused).toEqual(['notes:read', 'orders:write', 'positions:close', 'positions:read'])
  expect(review.roles.map(({ role, holders: count, unused, tooBroad }) => ({ role, count, unused, tooBroad }))).toEqual(
    [
      { role: 'viewer', count: 3, unused: ['positions:read'], tooBroad: [] },
      {
        role: 'trader',
        count: 2,
        unused: ['orders:write', 'positions:close', 'positions:read'],
        tooBroad: ['its holders use 1 of its 4 permissions'],
      },
      {
        role: 'admin',
        count: 2,
        unused: ['notes:read', 'orders:read', 'orders:write', 'positions:close', 'positions:read'],
        tooBroad: ['it grants *:*', 'it grants 6 of 6 permissions', 'its holders use 1 of its 6 permissions'],
      },
    ],
  )
})

test.each<[unknown, RegExp]>([
  [undefined, /ERR_OPTION_MISSING .*"holders"/],
  [{ holders: {} }, /ERR_OPTION_INVALID .*"holders" must be a list/],
  [{ holders: [null] }, /ERR_OPTION_INVALID .*"holders\[0\]"/],
  [{ holders: [{ subject: 'tim' }] }, /ERR_OPTION_MISSING .*"holders\[0\].roles"/],
  [{ holders: [{ subject: 'tim', role: ['trader'], roles: [] }] }, /ERR_OPTION_UNKNOWN .*Did you mean "roles"/],
  [{ holders, used: [{ permission: 'a:b' }] }, /ERR_OPTION_MISSING .*"used\[0\].count"/],
  [{ holders, broadShare: 80 }, /ERR_OPTION_INVALID .*"broadShare" must be a number from 0 to 1/],
  [{ holders, broad: 1 }, /ERR_OPTION_UNKNOWN/],
])('%j is refused by name', (options, message) => {
  const refused = (of: unknown): string => {
    try {
      reviewAccess(of as never, options as never)
    } catch (error) {
      if (error instanceof ConfigurationError) return `${error.code} ${error.message}`
      throw error
    }
    return 'accepted'
  }
  expect(refused(access)).toMatch(message)
  expect(refused({})).toMatch(/ERR_OPTION_INVALID reviewAccess\(\): "access"/)
})
