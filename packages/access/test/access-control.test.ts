import { ALLOW, type AnyGuard, ConfigurationError, type Principal } from '@ashlar/core'
import { recordEvents, testRequest } from '@ashlar/testkit'
import { afterEach, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import { type AccessControlOptions, accessControl } from '../src/index.ts'
import { FRAMEWORKS, principalOf } from './apps.ts'

const trading: AccessControlOptions['roles'] = {
  viewer: { permissions: ['orders:read'] },
  trader: { inherits: ['viewer'], permissions: ['orders:write'] },
  admin: { permissions: ['*:*'] },
}

const publishing: AccessControlOptions['roles'] = {
  viewer: { permissions: ['posts:read'] },
  editor: { inherits: ['viewer'], permissions: ['posts:create', 'posts:update'] },
  admin: { permissions: ['posts:*', 'users:*'] },
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

function status(guard: AnyGuard, principal: Principal): number {
  const verdict = guard.check(testRequest(), { principal } as never)
  if (verdict instanceof Promise) throw new Error('expected an answer at once')
  return verdict.kind === 'deny' ? verdict.problem.status : 200
}

describe.each([
  [
    'admin, trader, viewer',
    trading,
    ['orders:read', 'orders:write', 'users:read'] as const,
    {
      viewer: [200, 403, 403],
      trader: [200, 200, 403],
      admin: [200, 200, 200],
      stranger: [403, 403, 403],
    },
  ],
  [
    'admin, editor, viewer',
    publishing,
    ['posts:read', 'posts:update', 'posts:delete', 'users:delete'] as const,
    {
      viewer: [200, 403, 403, 403],
      editor: [200, 200, 403, 403],
      admin: [200, 200, 200, 200],
      stranger: [403, 403, 403, 403],
    },
  ],
])('the matrix of %s', (_title, roles, permissions, matrix) => {
  const access = accessControl({ roles })

  test.each(Object.entries(matrix))('%s', (role, row) => {
    expect(permissions.map((permission) => status(access.permit(permission), principalOf([role])))).toEqual(row)
    expect(permissions.map((permission) => (access.can(principalOf([role]), permission) ? 200 : 403))).toEqual(row)
  })

  test.each(FRAMEWORKS)('over HTTP in %s', async (_name, serve) => {
    const server = await serve(
      Object.fromEntries(
        permissions.map((permission) => [`GET /${permission.replace(':', '/')}`, [access.permit(permission)]]),
      ),
    )
    try {
      for (const [role, row] of Object.entries(matrix)) {
        const answers = await Promise.all(
          permissions.map((permission) =>
            server.call(`/${permission.replace(':', '/')}`, { headers: { 'x-roles': role } }),
          ),
        )
        expect(answers.map((answer) => answer.status)).toEqual(row)
      }
    } finally {
      await server.close()
    }
  })
})

describe('a refusal', () => {
  const { permit } = accessControl({ roles: trading })

  test.each(FRAMEWORKS)('is a problem, and tells the operator why, in %s', async (_name, serve) => {
    const server = await serve({ 'POST /orders': [permit('orders:write')] })
    const recorder = recordEvents()
    try {
      const answer = await server.call('/orders', { method: 'POST', headers: { 'x-roles': 'viewer' } })
      expect(answer.status).toBe(403)
      expect(answer.headers['content-type']).toContain('application/problem+json')
      expect(answer.json()).toMatchObject({ code: 'not-permitted', detail: 'You are not permitted to do this.' })
      expect(recorder.events.find(({ name }) => name === 'authz_fail')).toMatchObject({
        decision: { guard: 'permit orders:write', reason: 'no role of the principal grants orders:write' },
      })
    } finally {
      recorder.stop()
      await server.close()
    }
  })

  test.each(FRAMEWORKS)('of an anonymous principal asks who it is, in %s', async (_name, serve) => {
    const server = await serve({ 'GET /orders': [permit('orders:read')] })
    try {
      const answer = await server.call('/orders', { headers: { 'x-kind': 'anonymous' } })
      expect(answer.status).toBe(401)
      expect(answer.headers['www-authenticate']).toBe('Bearer')
      expect(answer.json()).toMatchObject({ code: 'credentials-required' })
    } finally {
      await server.close()
    }
  })

  test.each(FRAMEWORKS)('without any authentication before it is a defect and no pass, in %s', async (_name, serve) => {
    const server = await serve({ 'GET /orders': [permit('orders:read')] }, [])
    try {
      expect((await server.call('/orders')).status).toBe(500)
    } finally {
      await server.close()
    }
  })
})

describe('a role set', () => {
  const { can } = accessControl({ roles: trading })

  test('passes with the shared verdict', () => {
    const { permit } = accessControl({ roles: trading })
    const verdict = permit('orders:write').check(testRequest(), { principal: principalOf(['trader']) })
    expect(verdict).toBe(ALLOW)
  })

  test('of a principal that can still change is read each time', () => {
    const roles = ['admin']
    const principal = { ...principalOf([]), roles } as Principal
    expect(can(principal, 'orders:write')).toBe(true)
    roles[0] = 'viewer'
    expect(can(principal, 'orders:write')).toBe(false)
  })

  test('ignores roles that are no texts or not known', () => {
    for (const roles of [
      [1],
      [null],
      [['admin']],
      [{ toString: () => 'admin' }],
      ['Admin'],
      ['__proto__'],
      ['constructor'],
    ]) {
      expect(can(principalOf(roles), 'orders:read')).toBe(false)
    }
    for (const roles of ['admin', undefined, null, { 0: 'admin', length: 1 }]) {
      expect(can({ ...principalOf([]), roles } as never, 'orders:read')).toBe(false)
    }
  })

  test('does not run roles into one another', () => {
    const { can: asks } = accessControl({
      roles: { 'a,b': { permissions: ['x:y'] }, a: { permissions: ['p:q'] }, b: { permissions: ['p:q'] } },
    })
    expect(asks(principalOf(['a', 'b']), 'x:y')).toBe(false)
    expect(asks(principalOf(['a,b']), 'x:y')).toBe(true)
  })

  test('may ask for nothing that is no permission', () => {
    for (const text of ['*:*', 'orders:*', 'orders', '', ':', 'orders:read:x', undefined, 1]) {
      expect(can(principalOf(['viewer']), text as never)).toBe(false)
    }
  })
})

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

describe('a polluted Object.prototype', () => {
  const pollute = (name: string, value: unknown): void => {
    Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true })
  }
  afterEach(() => {
    for (const name of ['roles', 'permissions', 'inherits', 'evil', '0']) Reflect.deleteProperty(Object.prototype, name)
  })

  test('grants nothing', () => {
    pollute('roles', ['admin'])
    pollute('permissions', ['*:*'])
    pollute('inherits', ['admin'])
    pollute('evil', { permissions: ['*:*'] })
    pollute('0', 'admin')
    const { can } = accessControl({ roles: { ...trading, nobody: { permissions: [] } } })
    const { roles: _roles, ...rest } = principalOf([])
    expect(can(rest as Principal, 'orders:read')).toBe(false)
    expect(can(principalOf(['evil']), 'orders:read')).toBe(false)
    expect(can(principalOf(['nobody']), 'orders:read')).toBe(false)
    expect(can(principalOf(new Array(1)), 'orders:read')).toBe(false)
  })
})

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
    for (const wrong of [null, [], 'admin']) expect(roles(wrong)).toMatch(/ERR_OPTION_INVALID/)
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

test('a set of roles grants what one of its roles grants', () => {
  const name = fc.constantFrom('a', 'b', 'c')
  const permission = fc
    .tuple(fc.constantFrom('a', 'b', 'c', '*'), fc.constantFrom('r', 'w', '*'))
    .map((p) => p.join(':'))
  fc.assert(
    fc.property(
      fc.dictionary(name, fc.array(permission, { maxLength: 3 })),
      fc.uniqueArray(name),
      fc.constantFrom('a:r', 'a:w', 'b:r', 'c:w'),
      (granted, names, asked) => {
        const roles = Object.fromEntries(Object.entries(granted).map(([role, list]) => [role, { permissions: list }]))
        const { can } = accessControl({ roles })
        const [resource, action] = asked.split(':')
        const expected = names.some((role) =>
          (Object.hasOwn(granted, role) ? granted[role]! : []).some((text) => {
            const [r, a] = text.split(':')
            return (r === '*' || r === resource) && (a === '*' || a === action)
          }),
        )
        expect(can(principalOf(names), asked as `${string}:${string}`)).toBe(expected)
      },
    ),
  )
})
