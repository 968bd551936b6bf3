import { type AnyGuard, ConfigurationError, UnavailableError } from '@ashlar/core'
import { recordEvents, testRequest } from '@ashlar/testkit'
import { afterEach, describe, expect, jest, test } from '@jest/globals'

import { type AccessControlOptions, accessControl, type Difference, type Policy } from '../src/index.ts'
import { FRAMEWORKS, principalOf } from './apps.ts'

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

describe('attribute loaders', () => {
  afterEach(() => {
    jest.useRealTimers()
  })
  const inTeam: Policy = {
    ...ownPosts,
    id: 'team',
    conditions: {
      and: [{ equals: { 'user.team': { ref: 'resource.team' } } }, { equals: { 'environment.risk': 'low' } }],
    },
  }
  const options: AccessControlOptions = { roles: {}, policies: [inTeam] }
  const check = (guard: AnyGuard, request = testRequest({ route: '/' })) =>
    guard.check(request, { principal: principalOf([]) } as never)

  test('are asked once a request for what the policies read, and no more', async () => {
    const calls: unknown[] = []
    const { permit, can, decide } = accessControl({
      ...options,
      loaders: [
        {
          attributes: ['user.team', 'user.unread'],
          load: async (names, { principal }) => {
            calls.push([...names, principal.subject])
            return { 'user.team': 'red' }
          },
        },
        { attributes: ['environment.risk'], load: () => ({ 'environment.risk': 'low' }) },
        { attributes: ['resource.unread'], load: () => Promise.reject(new Error('never asked')) },
      ],
    })
    const request = testRequest({ route: '/' })
    const red = permit('posts:update', { resource: () => ({ team: 'red' }) })
    const blue = permit('posts:update', { resource: () => ({ team: 'blue' }) })
    expect((await check(red, request)).kind).toBe('allow')
    expect((await check(blue, request)).kind).toBe('deny')
    expect((await check(permit('posts:update'), request)).kind).toBe('allow')
    expect(calls).toEqual([['user.team', 'alice']])
    expect(can(principalOf([]), 'posts:update', { team: 'red' })).toBe(false)
    expect(await decide(principalOf([]), 'posts:update', { team: 'red' })).toBe(true)
    expect(await decide(principalOf([]), 'update', { type: 'posts', team: 'red' })).toBe(true)
    expect(await decide(principalOf([]), 'posts:update', { team: 'blue' })).toBe(false)
  })

  test('that fail, or answer nonsense, make the decision unavailable and never a pass', async () => {
    for (const load of [
      () => Promise.reject(new Error('down')),
      () => undefined as never,
      () => {
        throw new Error('down')
      },
    ]) {
      const { permit, decide } = accessControl({ ...options, loaders: [{ attributes: ['user.team'], load }] })
      await expect(decide(principalOf([]), 'posts:update', { team: 'red' })).rejects.toBeInstanceOf(UnavailableError)
      await expect(check(permit('posts:update', { resource: () => ({ team: 'red' }) }))).rejects.toBeInstanceOf(
        UnavailableError,
      )
    }
  })

  test('that hang are given up after the deadline, and told so', async () => {
    jest.useFakeTimers()
    let signal: AbortSignal | undefined
    const { decide } = accessControl({
      ...options,
      loaderTimeout: '50ms',
      loaders: [
        {
          attributes: ['user.team'],
          load: (_names, about) => {
            signal = about.signal
            return new Promise(() => {})
          },
        },
      ],
    })
    const answer = expect(decide(principalOf([]), 'posts:update', {})).rejects.toThrow('did not answer in time')
    await jest.advanceTimersByTimeAsync(50)
    await answer
    expect(signal?.aborted).toBe(true)
  })

  test('are checked at start-up', () => {
    const load = () => ({})
    for (const [loaders, message] of [
      [{}, '"loaders" must be a list'],
      [[{ attributes: ['user.team'] }], '"loaders[0].load" is required'],
      [[{ attributes: ['team'], load }], 'must be an attribute such as "user.team", not "team"'],
      [[{ attributes: ['user.a.b'], load }], 'an attribute of one segment'],
      [
        [
          { attributes: ['user.a'], load },
          { attributes: ['user.a'], load },
        ],
        'without "user.a", which another loader gives',
      ],
      [[{ attributes: ['user.a'], load, cache: true }], 'there is no option "loaders[0].cache"'],
    ] as const) {
      expect(code(() => accessControl({ ...options, loaders: loaders as never }))).toContain(message)
    }
  })
})

describe('new rules', () => {
  const before: AccessControlOptions = { roles: { editor: { permissions: ['posts:update'] } } }
  const editor = principalOf(['editor'])

  test('replace the old ones at once, in guards that stand already', () => {
    const access = accessControl(before)
    const guard = access.permit('posts:update')
    const kind = () => {
      const verdict = guard.check(testRequest(), { principal: editor })
      return verdict instanceof Promise ? 'promise' : verdict.kind
    }
    expect(kind()).toBe('allow')
    access.reload({ ...before, policies: [{ ...sealed, conditions: { exists: { 'user.id': true } } }] })
    expect(kind()).toBe('deny')
    access.reload(before)
    expect(kind()).toBe('allow')
  })

  test('that are wrong, or fail a test, leave the old ones in force', () => {
    const access = accessControl(before)
    const tests = [{ principal: { roles: ['editor'] }, action: 'posts:update', expect: 'allow' as const }]
    expect(code(() => access.reload({ roles: { a: { inherits: ['a'] } } }))).toMatch(/ERR_OPTION_INVALID/)
    expect(code(() => access.reload({ ...before, policies: [{ ...sealed, conditions: { is: 1 } as never }] }))).toMatch(
      /ERR_POLICY_INVALID/,
    )
    expect(code(() => access.reload({ roles: {} }, { tests }))).toBe(
      'ERR_POLICY_TEST_FAILED reload(): 1 of 1 tests failed, so the rules stay as they were. ' +
        'tests[0] (somebody posts:update): expected allow, but no role and no policy allows posts:update.',
    )
    expect(access.can(editor, 'posts:update')).toBe(true)
    access.reload(before, { tests })
  })

  test('in shadow decide nothing and report what they would', () => {
    const access = accessControl(before)
    const differences: Difference[] = []
    const stop = access.shadow({ roles: {}, policies: [ownPosts] }, (difference) => differences.push(difference))
    expect(access.can(editor, 'posts:update', { author: 'bob' })).toBe(true)
    expect(access.can(editor, 'posts:update', { author: 'alice' })).toBe(true)
    expect(differences).toMatchObject([
      { permission: 'posts:update', subject: 'alice', current: { decision: 'allow' }, candidate: { decision: 'deny' } },
    ])
    stop()
    expect(access.can(editor, 'posts:update', { author: 'bob' })).toBe(true)
    expect(differences).toHaveLength(1)
  })

  test('a report that throws does not reach the request', () => {
    const access = accessControl(before)
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    access.shadow({ roles: {} }, () => {
      throw new Error('broken report')
    })
    expect(access.can(editor, 'posts:update')).toBe(true)
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('accessControl(): broken report'), {
      type: 'AshlarWarning',
      code: 'ERR_BACKGROUND_FAILURE',
    })
    warn.mockRestore()
  })
})

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
