import { ALLOW, type AnyGuard, type Principal } from '@ashlar/core'
import { recordEvents, testRequest } from '@ashlar/testkit'
import { afterEach, describe, expect, test } from '@jest/globals'

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
