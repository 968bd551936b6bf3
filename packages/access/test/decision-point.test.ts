import { ConfigurationError } from '@ashlar/core'
import { recordEvents, testRequest } from '@ashlar/testkit'
import { describe, expect, jest, test } from '@jest/globals'

import { type AccessControlOptions, accessControl, type Difference, type Policy } from '../src/index.ts'
import { principalOf, thenable } from './apps.ts'

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

function code(make: () => unknown): string {
  try {
    make()
  } catch (error) {
    if (error instanceof ConfigurationError) return `${error.code} ${error.message}`
    throw error
  }
  return 'accepted'
}

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

  test('a report that fails is told to whoever asked to be told, each time', async () => {
    const told: unknown[] = []
    const access = accessControl({ ...before, onError: (error) => told.push(error) })
    const later = Promise.reject(new Error('later'))
    access.shadow({ roles: {} }, () => later)
    for (let time = 0; time < 2; time++) expect(access.can(editor, 'posts:update')).toBe(true)
    await new Promise((resolve) => setImmediate(resolve))
    expect(told).toEqual([new Error('later'), new Error('later')])
    expect(code(() => access.shadow({ roles: {} }, 'report' as never))).toMatch(
      /ERR_OPTION_INVALID shadow\(\): "report"/,
    )
  })

  test('that are taken or not are an event', () => {
    const access = accessControl(before)
    const recorder = recordEvents()
    access.reload(before)
    expect(code(() => access.reload({ roles: 1 as never }))).toMatch(/ERR_OPTION_INVALID reload\(\): "roles"/)
    expect(code(() => access.reload(before, { test: [] } as never))).toMatch(/Did you mean "tests"/)
    recorder.stop()
    expect(recorder.events).toMatchObject([
      { name: 'config_changed', by: 'access control', outcome: 'success', reason: 'the rules were replaced' },
      { name: 'config_changed', by: 'access control', outcome: 'failure', reason: 'the new rules were not taken' },
    ])
  })

  test('a report that throws does not reach the request', () => {
    const access = accessControl(before)
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    access.shadow({ roles: {} }, () => {
      throw new Error('broken report')
    })
    expect(access.can(editor, 'posts:update')).toBe(true)
    expect(warn).toHaveBeenCalledWith(
      expect.stringContaining('accessControl(): broken report'),
      expect.objectContaining({ type: 'AshlarWarning', code: 'ERR_BACKGROUND_FAILURE' }),
    )
    warn.mockRestore()
  })
})

describe('what is asked about', () => {
  const deleted: Policy = {
    id: 'deleted',
    effect: 'deny',
    resource: 'posts',
    action: '*',
    conditions: { exists: { 'resource.deleted_at': true } },
  }
  const { can, decide, explain } = accessControl({
    roles: { editor: { permissions: ['posts:update'] } },
    policies: [deleted],
  })
  const editor = principalOf(['editor'])

  test.each([
    ['a promise', Promise.resolve({ deleted_at: 1 })],
    ['a query that nobody ran', thenable({})],
    ['a list', [{ deleted_at: 1 }]],
    ['an id', '7'],
  ])('must be the resource itself, not %s', (_name, resource) => {
    for (const ask of [can, decide, explain]) {
      expect(code(() => ask(editor, 'posts:update', resource as never))).toMatch(
        /^ERR_OPTION_INVALID accessControl\(\): "resource" must be the resource itself, an object, not /,
      )
    }
  })

  test('is denied otherwise, and explained', () => {
    const access = accessControl({ roles: {}, policies: [ownPosts] })
    const promised = thenable({ author: 'alice' })
    expect(access.can(principalOf([]), 'posts:update', promised)).toBe(false)
    expect(code(() => access.explain(principalOf([]), 'posts:update', promised))).toContain('Await it first.')
  })

  test('may be nothing', async () => {
    expect(can(editor, 'posts:update', null)).toBe(false)
    expect(await decide(editor, 'posts:update', null)).toBe(false)
    expect(explain(editor, 'posts:update', null)).toMatchObject({ decision: 'deny', policy: 'deleted' })
    expect(can(editor, 'update', null)).toBe(false)
  })

  test('needs somebody who asks', () => {
    for (const nobody of [undefined, null, 'alice'])
      expect(code(() => can(nobody as never, 'posts:update'))).toMatch(/"principal" must be who is calling/)
  })
})

describe('the surroundings that the app tells of', () => {
  const risky: Policy = {
    id: 'risky',
    effect: 'deny',
    resource: 'posts',
    action: '*',
    conditions: { exists: { 'environment.risk': true } },
  }
  const check = (environment: unknown) => {
    const access = accessControl({
      roles: { editor: { permissions: ['posts:update'] } },
      policies: [risky],
      environment: environment as never,
    })
    return access.permit('posts:update').check(testRequest(), { principal: principalOf(['editor']) })
  }

  test('are known at once', () => {
    expect(check(() => ({ risk: 'high' }))).toMatchObject({ kind: 'deny' })
    expect(check(() => undefined)).toMatchObject({ kind: 'allow' })
    for (const wrong of [async () => ({ risk: 'high' }), () => 'high', () => null]) {
      expect(code(() => check(wrong))).toMatch(/ERR_OPTION_INVALID accessControl\(\): "environment" must be a function/)
    }
  })
})
