import { type AnyGuard, ConfigurationError, UnavailableError } from '@ashlar/core'
import { testRequest } from '@ashlar/testkit'
import { afterEach, describe, expect, jest, test } from '@jest/globals'

import { type AccessControlOptions, accessControl, type Policy } from '../src/index.ts'
import { principalOf } from './apps.ts'

const ownPosts: Policy = {
  id: 'authors edit their own',
  effect: 'allow',
  resource: 'posts',
  action: 'update',
  conditions: { equals: { 'resource.author': { ref: 'user.id' } } },
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

  test('may be instances of a class, which keep what they hold', async () => {
    class Teams {
      readonly attributes = ['user.team']
      readonly #team = 'red'
      load(): object {
        return { 'user.team': this.#team }
      }
    }
    const plain = {
      attributes: ['environment.risk'],
      load(this: unknown): object {
        return { 'environment.risk': this === plain ? 'low' : 'high' }
      },
    }
    const { decide } = accessControl({ ...options, loaders: [new Teams(), plain] as never })
    expect(await decide(principalOf([]), 'posts:update', { team: 'red' })).toBe(true)
  })

  test('that answer a promise for an attribute have answered nothing', async () => {
    const load = () => ({ 'user.team': Promise.resolve('blue') })
    const { decide } = accessControl({
      roles: {},
      policies: [{ ...ownPosts, conditions: { exists: { 'user.team': true } } }],
      loaders: [{ attributes: ['user.team'], load }],
    })
    await expect(decide(principalOf([]), 'posts:update', {})).rejects.toThrow('It must be awaited first')
  })

  test('of a resource are not asked before there is one', async () => {
    const asked: unknown[] = []
    const { permit } = accessControl({
      roles: {},
      policies: [{ ...ownPosts, conditions: { equals: { 'user.team': { ref: 'resource.team' } } } }],
      loaders: [
        {
          attributes: ['user.team', 'resource.team'],
          load(names) {
            asked.push(...names)
            return { 'user.team': 'red' }
          },
        },
      ],
    })
    expect((await check(permit('posts:update'))).kind).toBe('allow')
    expect(asked).toEqual(['user.team'])
    expect((await check(permit('posts:update', { resource: () => null }))).kind).toBe('deny')
    expect(asked).toEqual(['user.team', 'user.team'])
  })

  test('know one principal from another, whatever their names hold', async () => {
    const asked: string[] = []
    const { permit } = accessControl({
      ...options,
      loaders: [
        {
          attributes: ['user.team'],
          load(_names, { principal }) {
            asked.push(principal.subject)
            return {}
          },
        },
      ],
    })
    const request = testRequest({ route: '/' })
    const guard = permit('posts:update')
    for (const who of [
      { issuer: 'https://i', subject: 'ada' },
      { issuer: undefined, subject: 'https://iada' },
      { issuer: 'https://i', subject: 'ada' },
    ]) {
      await guard.check(request, { principal: principalOf([], who) })
    }
    expect(asked).toEqual(['ada', 'https://iada'])
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
      [[{ attributes: ['user.roles'], load }], 'no attribute of the principal itself'],
      [[{ attributes: [], load }], 'a list of at least 1'],
      [[load], 'must be an object with load()'],
      [[{ attributes: ['user.a'], load, cache: true }], 'there is no option "loaders[0].cache"'],
    ] as const) {
      expect(code(() => accessControl({ ...options, loaders: loaders as never }))).toContain(message)
    }
    for (const wrong of [1000, '1000', '0s', '25d'])
      expect(code(() => accessControl({ ...options, loaderTimeout: wrong as never }))).toContain('"loaderTimeout"')
  })
})
