import { ConfigurationError } from '@ashlar/core'
import { describe, expect, test } from '@jest/globals'

import { type AccessControlOptions, accessControl } from '../../src/index.ts'
import { principalOf } from '../apps.ts'

const trading: AccessControlOptions['roles'] = {
  viewer: { permissions: ['orders:read'] },
  trader: { inherits: ['viewer'], permissions: ['orders:write'] },
  admin: { permissions: ['*:*'] },
}

function refusal(make: () => unknown): string {
  try {
    make()
  } catch (error) {
    if (error instanceof ConfigurationError) return `${error.code} ${error.message}`
    throw error
  }
  return 'accepted'
}

describe('a wrong configuration is refused at start-up', () => {
  const roles = (definitions: unknown): string => refusal(() => accessControl({ roles: definitions as never }))

  test.each([
    ['orders.write', 'orders:write'],
    ['orders/write', 'orders:write'],
    ['orders: write', 'orders:write'],
    ['orders', 'orders:*'],
    ['*', '*:*'],
    ['ord*:read', '*:read'],
    ['orders:write:own', 'orders.write:own'],
  ])('the permission %j means %j', (text, meant) => {
    expect(roles({ trader: { permissions: [text] } })).toBe(
      `ERR_OPTION_INVALID accessControl(): "roles.trader.permissions[0]" must be a permission such as "orders:write", with "*" for all, not ${JSON.stringify(text)}. Did you mean "${meant}"?`,
    )
  })

  test.each([[''], [':'], [5], [null], [['orders:read']]])('the permission %j', (text) => {
    expect(roles({ trader: { permissions: [text] } })).toMatch(
      /^ERR_OPTION_INVALID accessControl\(\): "roles\.trader\.permissions\[0\]"/,
    )
  })

  test('circles, whatever their length', () => {
    expect(roles({ a: { inherits: ['a'] } })).toContain('not a → a.')
    expect(roles({ a: { inherits: ['b'] }, b: { inherits: ['c'] }, c: { inherits: ['a'] } })).toContain(
      'not a → b → c → a.',
    )
  })

  test('no circle: two ways to one role, and a chain of 10 000', () => {
    expect(
      roles({
        a: { inherits: ['b', 'c'] },
        b: { inherits: ['d'] },
        c: { inherits: ['d'] },
        d: { permissions: ['x:y'] },
      }),
    ).toBe('accepted')
    const deep = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, index) => [
        `r${index}`,
        index === 9_999 ? { permissions: ['x:y'] } : { inherits: [`r${index + 1}`] },
      ]),
    )
    expect(accessControl({ roles: deep }).can(principalOf(['r0']), 'x:y')).toBe(true)
  })

  test('names that are not known', () => {
    expect(roles({ viewer: { permissions: ['a:b'] }, trader: { inherits: ['veiwer'] } })).toContain(
      '"roles.trader.inherits[0]" must be the name of a role, not "veiwer". Did you mean "viewer"?',
    )
    expect(roles({ viewer: { permission: ['a:b'] } })).toMatch(/ERR_OPTION_UNKNOWN .*Did you mean "permissions"\?/)
    expect(refusal(() => accessControl({ roles: trading, scope: 'limit' } as never))).toMatch(/ERR_OPTION_UNKNOWN/)
    expect(refusal(() => accessControl({} as never))).toMatch(/ERR_OPTION_MISSING/)
    expect(refusal(() => accessControl({ roles: trading, scopes: 'some' as never }))).toMatch(/ERR_OPTION_INVALID/)
    expect(refusal(() => accessControl({ roles: trading, challenge: 'a\r\nb' }))).toMatch(/ERR_OPTION_INVALID/)
    for (const wrong of [{ clock: {} }, { environment: {} }, { strict: 'no' }, { onError: 1 }, { permissions: [] }])
      expect(refusal(() => accessControl({ roles: trading, ...wrong } as never))).toMatch(/ERR_OPTION_INVALID/)
    for (const wrong of [null, [], 'admin', new Map(), Promise.resolve({})])
      expect(roles(wrong)).toMatch(/ERR_OPTION_INVALID/)
    for (const wrong of [null, 'x', [], {}, { permissions: 'a:b' }])
      expect(roles({ x: wrong })).toMatch(/ERR_OPTION_INVALID/)
  })

  test('a route that no role can ever use', () => {
    const { permit } = accessControl({ roles: { viewer: { permissions: ['orders:read'] } } })
    expect(refusal(() => permit('order:read'))).toContain(
      'one that a role or a policy can grant, not "order:read". Did you mean "orders:read"?',
    )
    expect(refusal(() => permit('typo:xyz'))).toContain('Known are: orders:read.')
    expect(refusal(() => permit('orders:*'))).toContain('has a wildcard')
    expect(refusal(() => permit('orders.read' as never))).toContain('Did you mean "orders:read"?')
  })

  test('a permission that is not on the list of all, also beside a role that may do everything', () => {
    const permissions = ['orders:read', 'orders:write']
    const { permit } = accessControl({ roles: trading, permissions })
    expect(refusal(() => permit('orders:raed'))).toContain('Did you mean "orders:read"?')
    expect(refusal(() => accessControl({ roles: { x: { permissions: ['order:*'] } }, permissions }))).toMatch(
      /order:\*/,
    )
  })
})
