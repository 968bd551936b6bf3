import { ConfigurationError } from '@ashlar/core'
import { describe, expect, test } from '@jest/globals'

import { accessControl } from '../../src/index.ts'
import { principalOf } from '../apps.ts'

function code(make: () => unknown): string {
  try {
    make()
  } catch (error) {
    if (error instanceof ConfigurationError) return `${error.code} ${error.message}`
    throw error
  }
  return 'accepted'
}

describe('separation of duty', () => {
  const roles = {
    payer: { permissions: ['payments:create'] },
    approver: { permissions: ['payments:approve'] },
    clerk: { permissions: ['payments:read'] },
  }

  test('who has roles that exclude one another has none of them', () => {
    const { can } = accessControl({ roles, separation: [{ kind: 'static', roles: ['payer', 'approver'] }] })
    expect(can(principalOf(['payer']), 'payments:create')).toBe(true)
    const both = principalOf(['payer', 'approver', 'clerk'])
    expect(['create', 'approve', 'read'].map((action) => can(both, `payments:${action}`))).toEqual([false, false, true])
  })

  test('is read strictly', () => {
    const wrong = (separation: unknown) => code(() => accessControl({ roles, separation: separation as never }))
    const both = { kind: 'static', roles: ['payer', 'approver'] }
    expect(wrong({})).toMatch(/ERR_OPTION_INVALID .*"separation" must be a list/)
    expect(wrong([{ roles: ['payer', 'approver'] }])).toMatch(/ERR_OPTION_MISSING .*"separation\[0\].kind"/)
    expect(wrong([{ ...both, roles: ['payer', 'payer'] }])).toMatch(
      /ERR_OPTION_INVALID .*roles\[1\]" must be different/,
    )
    for (const max of [0, 1.5, '1', null, 2]) expect(wrong([{ ...both, max }])).toMatch(/ERR_OPTION_INVALID .*max"/)
    expect(wrong([{ ...both, maximum: 1 }])).toMatch(/ERR_OPTION_UNKNOWN/)
  })

  test('is checked at start-up, also through inheritance', () => {
    const separation = [{ kind: 'static' as const, roles: ['payer', 'approver'] }]
    expect(
      code(() => accessControl({ roles: { ...roles, boss: { inherits: ['payer', 'approver'] } }, separation })),
    ).toContain('the role "boss" has payer and approver at once')
    expect(
      code(() => accessControl({ roles, separation: [{ kind: 'static', roles: ['payer', 'nobody'] }] })),
    ).toContain('the name of a role, not "nobody"')
    expect(code(() => accessControl({ roles, separation: [{ kind: 'static', roles: ['payer'] }] }))).toContain(
      '"separation[0].roles" must be a list of at least 2',
    )
    expect(
      code(() => accessControl({ roles, separation: [{ kind: 'some' as never, roles: ['payer', 'clerk'] }] })),
    ).toContain('"separation[0].kind" must be one of')
  })
})
