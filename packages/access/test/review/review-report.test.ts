import { expect, test } from '@jest/globals'

import { accessControl, reviewAccess, reviewReport } from '../../src/index.ts'

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
