import { runInNewContext } from 'node:vm'

import { type AnyGuard, ConfigurationError } from '@ashlar/core'
import { recordEvents, testRequest } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'

import { accessControl, type Policy } from '../src/index.ts'
import { FRAMEWORKS, principalOf, thenable } from './apps.ts'

const POSTS: Readonly<Record<string, object>> = {
  1: { author: 'alice', sealed: false },
  2: { author: 'bob', sealed: false },
  3: { author: 'alice', sealed: true },
}

const ownPosts: Policy = {
  id: 'authors edit their own',
  effect: 'allow',
  resource: 'posts',
  action: 'update',
  conditions: { equals: { 'resource.author': { ref: 'user.id' } } },
}
const sealed: Policy = {
  id: 'sealed',
  effect: 'deny',
  resource: 'posts',
  action: 'update',
  conditions: { equals: { 'resource.sealed': true } },
}
const fromOffice: Policy = {
  id: 'from the office',
  effect: 'deny',
  resource: 'reports',
  action: 'read',
  conditions: { notIn: { 'environment.ip_address': ['127.0.0.0/8', '10.0.0.0/8'] } },
}
const onDesktop: Policy = {
  id: 'on a desktop',
  effect: 'deny',
  resource: 'reports',
  action: 'write',
  conditions: { notEquals: { 'environment.device_type': 'desktop' } },
}
const ROLES = { analyst: { permissions: ['reports:read', 'reports:write'] }, editor: { permissions: ['posts:update'] } }

function code(make: () => unknown): string {
  try {
    make()
  } catch (error) {
    if (error instanceof ConfigurationError) return `${error.code} ${error.message}`
    throw error
  }
  return 'accepted'
}

describe.each(FRAMEWORKS)('permit over HTTP in %s', (_name, serve) => {
  const { permit } = accessControl({
    roles: ROLES,
    policies: [ownPosts, sealed, fromOffice, onDesktop],
    environment: ({ headers }) => ({ device_type: headers['x-device'] }),
  })
  const routes = {
    'PUT /posts/:id': [permit('posts:update', { resource: ({ params }) => POSTS[params!['id']!] })] as AnyGuard[],
    'PUT /later/:id': [permit('posts:update', { resource: async ({ params }) => POSTS[params!['id']!] })] as AnyGuard[],
    'PUT /broken': [
      permit('posts:update', {
        resource: () => {
          throw new Error('no database')
        },
      }),
    ] as AnyGuard[],
    'PUT /coarse': [permit('posts:update')],
    'GET /reports': [permit('reports:read')],
    'POST /reports': [permit('reports:write')],
  }

  test('decides about the resource of the route, and about the surroundings', async () => {
    const server = await serve(routes)
    const recorder = recordEvents()
    const status = async (
      method: string,
      path: string,
      roles: string,
      more: Record<string, string> = {},
    ): Promise<number> => (await server.call(path, { method, headers: { 'x-roles': roles, ...more } })).status
    try {
      for (const path of ['/posts', '/later']) {
        expect(await status('PUT', `${path}/1`, '')).toBe(200)
        expect(await status('PUT', `${path}/2`, '')).toBe(403)
        expect(await status('PUT', `${path}/2`, 'editor')).toBe(200)
        expect(await status('PUT', `${path}/3`, 'editor')).toBe(403)
        expect(await status('PUT', `${path}/9`, 'editor')).toBe(403)
      }
      expect(await status('PUT', '/broken', 'editor')).toBe(500)
      expect(await status('PUT', '/coarse', '')).toBe(200)
      expect(await status('GET', '/reports', 'analyst')).toBe(200)
      expect(await status('GET', '/reports', '')).toBe(403)
      expect(await status('POST', '/reports', 'analyst', { 'x-device': 'desktop' })).toBe(200)
      expect(await status('POST', '/reports', 'analyst', { 'x-device': 'phone' })).toBe(403)
      expect(await status('POST', '/reports', 'analyst')).toBe(403)
      const reasons = recorder.verdicts.flatMap(({ decision }) => decision.reason ?? [])
      expect(reasons).toContain(
        'no role and no policy allows posts:update. The policy "authors edit their own" came nearest: ' +
          'policies[0].conditions.equals["resource.author"] is false.',
      )
      expect(reasons).toContain(
        'posts:update is denied by the policy "sealed", which applies: ' +
          'policies[1].conditions.equals["resource.sealed"] is true.',
      )
    } finally {
      recorder.stop()
      await server.close()
    }
  })
})

describe('before the resource is known', () => {
  const coarse = (policies: Policy[], roles: string[] = []): boolean => {
    const { permit } = accessControl({ roles: ROLES, policies })
    const verdict = permit('posts:update').check(testRequest(), { principal: principalOf(roles) })
    return !(verdict instanceof Promise) && verdict.kind === 'allow'
  }
  const never: Policy = { ...ownPosts, id: 'never', effect: 'deny', conditions: { equals: { 'user.id': 'alice' } } }

  test('refuses only what is refused for every resource', () => {
    expect(coarse([ownPosts])).toBe(true)
    expect(
      coarse([{ ...ownPosts, conditions: { and: [ownPosts.conditions!, { equals: { 'user.id': 'bob' } }] } }]),
    ).toBe(false)
    expect(coarse([{ ...ownPosts, conditions: { not: { not: ownPosts.conditions! } } }])).toBe(true)
    expect(coarse([{ ...ownPosts, conditions: { not: ownPosts.conditions! } }])).toBe(true)
    expect(coarse([{ ...sealed, conditions: { not: sealed.conditions! } }], ['editor'])).toBe(true)
    expect(coarse([sealed], ['editor'])).toBe(true)
    expect(coarse([sealed])).toBe(false)
    expect(coarse([never], ['editor'])).toBe(false)
    expect(coarse([{ ...sealed, conditions: { or: [sealed.conditions!, never.conditions!] } }], ['editor'])).toBe(false)
    expect(
      coarse(
        [{ ...sealed, conditions: { not: { and: [sealed.conditions!, { equals: { 'user.id': 'bob' } }] } } }],
        ['editor'],
      ),
    ).toBe(false)
  })

  test('a permission that only a policy gives can be asked for', () => {
    const { permit } = accessControl({ roles: {}, policies: [ownPosts] })
    expect(permit('posts:update').name).toBe('permit posts:update')
    expect(code(() => permit('posts:delete'))).toMatch(/ERR_OPTION_INVALID/)
    expect(code(() => permit('posts:update', { resource: {} as never }))).toMatch(/ERR_OPTION_INVALID/)
    expect(code(() => permit('posts:update', { resuorce: () => ({}) } as never))).toMatch(/ERR_OPTION_UNKNOWN/)
  })
})

describe('a resource that is found later', () => {
  const deleted: Policy = {
    id: 'deleted',
    effect: 'deny',
    resource: 'posts',
    action: '*',
    conditions: { exists: { 'resource.deleted_at': true } },
  }
  const { permit } = accessControl({ roles: ROLES, policies: [deleted] })
  const kind = async (resource: unknown): Promise<string> => {
    const guard = permit('posts:update', { resource: () => resource as never })
    return (await guard.check(testRequest({ route: '/' }), { principal: principalOf(['editor']) })).kind
  }
  const gone = { deleted_at: new Date() }

  test('is waited for, whatever kind of promise it is', async () => {
    expect(await kind(thenable(gone))).toBe('deny')
    expect(await kind(runInNewContext('Promise.resolve({ deleted_at: 1 })'))).toBe('deny')
    expect(await kind(Promise.resolve({ id: 7 }))).toBe('allow')
    expect(await kind({ id: 7 })).toBe('allow')
  })

  test('and that is not there is denied what depends on it', async () => {
    for (const nothing of [undefined, null, Promise.resolve(null)]) expect(await kind(nothing)).toBe('deny')
  })

  test.each([[[gone]], ['7'], [7], [true]])('and that is no one resource is an error: %j', async (wrong) => {
    await expect(Promise.resolve().then(() => kind(wrong))).rejects.toMatchObject({ code: 'ERR_OPTION_INVALID' })
  })
})

test.each([[[]], ['x'], [() => ({})]])('permit() takes options, not %j', (wrong) => {
  const { permit } = accessControl({ roles: ROLES })
  expect(code(() => permit('posts:update', wrong as never))).toMatch(/ERR_OPTION_INVALID/)
  expect(code(() => permit(undefined as never))).toMatch(/ERR_OPTION_MISSING permit\(\): "permission" is required/)
})
