import { recordEvents } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'

import {
  accessControl,
  type PermissionUse,
  recordPermissionUse,
  reviewAccess,
  reviewReport,
  runPolicyTests,
} from '../../src/index.ts'
import { FRAMEWORKS } from '../apps.ts'

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

test('the report holds the same, and hostile names stay names', () => {
  const report = reviewReport(
    reviewAccess(access, { holders: [...holders, { subject: 'x|y\n# <b>*owned*', roles: [] }] }),
  )
  expect(report).toContain('| tim | trader | orders:read | trader → viewer |')
  expect(report).toContain('- max: trader, admin')
  expect(report).toContain('- admin: it grants \\*:\\*')
  expect(report).toContain('| x\\|y\ufffd\\# \\<b\\>\\*owned\\* |')
  expect(report).toContain('It is not known which were used.')
})

describe.each(FRAMEWORKS)('use is recorded from the events of %s', (_name, serve) => {
  test('by permission and subject, refusals not counted', async () => {
    const server = await serve({
      'GET /orders': [access.permit('orders:read')],
      'GET /admin': [access.permit('users:write')],
    })
    const events = recordEvents()
    const recorder = recordPermissionUse()
    try {
      for (const path of ['/orders', '/orders', '/admin']) {
        const completed = events.completed()
        await server.call(path, { headers: { 'x-roles': 'viewer' } })
        await completed
      }
      expect(recorder.used()).toEqual([
        { permission: 'orders:read', count: 2, lastUsed: expect.any(Number), subjects: ['alice'] },
      ])
    } finally {
      await recorder.close()
      events.stop()
      await server.close()
    }
  })
})

test('a table of decisions says what failed, and which policies it did not reach', () => {
  const report = runPolicyTests(access.rules, [
    { principal: { roles: ['trader'] }, action: 'orders:write', expect: 'deny' },
    { principal: { roles: ['trader'], claims: { frozen: false } }, action: 'orders:write', expect: 'allow' },
    { name: 'wrong', principal: { roles: ['viewer'] }, action: 'orders:write', expect: 'allow' },
    { principal: {}, action: 'nonsense', expect: 'deny' },
    {
      principal: { subject: 'o' },
      action: 'read',
      resource: { type: 'notes', owner: 'p' },
      environment: { time: '2026-01-01T00:00:00Z' },
      expect: 'deny',
    },
  ])
  expect(report.passed).toBe(3)
  expect(report.failures.map(({ test: name }) => name)).toEqual(['wrong', 'tests[3] (somebody nonsense)'])
  expect(report.unreached).toEqual(['own'])
})
