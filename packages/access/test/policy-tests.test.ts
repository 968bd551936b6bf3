import { ConfigurationError } from '@ashlar/core'
import { describe, expect, test } from '@jest/globals'

import { accessControl, runPolicyTests } from '../src/index.ts'

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

describe('a table of another form', () => {
  const wrong = (tests: unknown): string => {
    try {
      runPolicyTests(access.rules, tests as never)
    } catch (error) {
      if (error instanceof ConfigurationError) return `${error.code} ${error.message}`
      throw error
    }
    return 'accepted'
  }
  const row = { principal: {}, action: 'orders:read', expect: 'deny' }

  test.each<[unknown, string]>([
    [undefined, 'ERR_OPTION_MISSING runPolicyTests(): "tests" is required'],
    [{}, '"tests" must be a list'],
    [[null], '"tests[0]" must be an object'],
    [
      [{ ...row, princpal: {} }],
      'ERR_OPTION_UNKNOWN runPolicyTests(): there is no option "tests[0].princpal". Did you',
    ],
    [[{ ...row, principal: { role: ['trader'] } }], '"tests[0].principal.role". Did you mean "roles"?'],
    [[{ ...row, principal: { roles: 'trader' } }], '"tests[0].principal.roles" must be a list'],
    [[{ action: 'orders:read', expect: 'deny' }], 'ERR_OPTION_MISSING runPolicyTests(): "tests[0].principal"'],
    [[{ ...row, expect: 'alow' }], `Did you mean 'allow'?`],
    [[{ ...row, resource: [] }], '"tests[0].resource" must be an object'],
    [[{ ...row, environment: { time: 'noon' } }], '"tests[0].environment.time" must be a time'],
  ])('%j is refused by name', (tests, message) => {
    expect(wrong(tests)).toContain(message)
  })

  test('an empty one asks nothing', () => {
    expect(wrong([])).toBe('accepted')
    expect(wrong([{ ...row, environment: { time: '2026-01-05T12:00:00Z' } }])).toBe('accepted')
  })
})
