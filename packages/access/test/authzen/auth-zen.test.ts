import { type AnyGuard, ConfigurationError, type Respond, UnavailableError } from '@ashlar/core'
import { type TestServer, testRequest } from '@ashlar/testkit'
import { afterEach, describe, expect, test } from '@jest/globals'

import { type AuthZenOptions, accessControl, authZen } from '../../src/index.ts'
import { FRAMEWORKS, principalOf, thenable } from '../apps.ts'

const access = accessControl({
  roles: { editor: { permissions: ['todo:create'] } },
  policies: [
    {
      id: 'own',
      effect: 'allow',
      resource: 'todo',
      action: ['read', 'delete'],
      conditions: { equals: { 'resource.owner': { ref: 'user.id' } } },
    },
    {
      id: 'night',
      effect: 'deny',
      resource: 'todo',
      action: 'delete',
      conditions: { not: { between: { 'environment.time': { from: '06:00', to: '22:00', zone: 'UTC' } } } },
    },
  ],
})
const TODOS = [
  { type: 'todo', id: '1', properties: { owner: 'alice' } },
  { type: 'todo', id: '2', properties: { owner: 'bob' } },
]
const pdp = authZen(access, {
  baseUrl: 'https://pdp.example/',
  subjects: () => [
    { type: 'user', id: 'alice' },
    { type: 'user', id: 'bob' },
  ],
  resources: (type) => TODOS.filter((todo) => todo.type === type),
})
const alice = { type: 'user', id: 'alice' }
const question = { subject: alice, action: { name: 'read' }, resource: TODOS[0] }

const closing: { close(): unknown }[] = []
afterEach(async () => {
  for (const server of closing.splice(0)) await server.close()
})

describe.each(FRAMEWORKS)('AuthZEN in %s', (_name, serve) => {
  async function start(): Promise<TestServer> {
    const server = await serve({
      'POST /access/v1/evaluation': [pdp.evaluation] as AnyGuard[],
      'POST /access/v1/evaluations': [pdp.evaluations] as AnyGuard[],
      'POST /access/v1/search/subject': [pdp.searchSubject!] as AnyGuard[],
      'POST /access/v1/search/resource': [pdp.searchResource!] as AnyGuard[],
      'POST /access/v1/search/action': [pdp.searchAction] as AnyGuard[],
      'GET /.well-known/authzen-configuration': [pdp.metadata] as AnyGuard[],
    })
    closing.push(server)
    return server
  }
  const post = async (server: TestServer, path: string, body: unknown) =>
    server.call(`/access/v1/${path}`, { method: 'POST', body: body as object })

  test('answers one question', async () => {
    const server = await start()
    const answer = await post(server, 'evaluation', question)
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toContain('application/json')
    expect(answer.json()).toEqual({ decision: true })
    expect((await post(server, 'evaluation', { ...question, resource: TODOS[1] })).json()).toEqual({ decision: false })
    const create = { ...question, action: { name: 'create' } }
    expect((await post(server, 'evaluation', create)).json()).toEqual({ decision: false })
    const editor = { ...create, subject: { ...alice, properties: { roles: ['editor'] } } }
    expect((await post(server, 'evaluation', editor)).json()).toEqual({ decision: true })
    const night = { ...question, action: { name: 'delete' }, context: { time: '2026-01-05T23:00:00Z' } }
    expect((await post(server, 'evaluation', night)).json()).toEqual({ decision: false })
    expect((await post(server, 'evaluation', { ...night, context: { time: '2026-01-05T12:00:00Z' } })).json()).toEqual({
      decision: true,
    })
  })

  test('answers several, by each semantic', async () => {
    const server = await start()
    const several = (semantic?: string) => ({
      subject: alice,
      action: { name: 'read' },
      evaluations: [{ resource: TODOS[0] }, { resource: TODOS[1] }, { resource: 'nonsense' }, { resource: TODOS[0] }],
      ...(semantic && { options: { evaluations_semantic: semantic } }),
    })
    const decisions = async (semantic?: string) =>
      (await post(server, 'evaluations', several(semantic)))
        .json()
        .evaluations.map(({ decision }: { decision: boolean }) => decision)
    expect(await decisions()).toEqual([true, false, false, true])
    expect(await decisions('deny_on_first_deny')).toEqual([true, false])
    expect(await decisions('permit_on_first_permit')).toEqual([true])
    expect((await post(server, 'evaluations', several('guess'))).status).toBe(400)
    expect((await post(server, 'evaluations', question)).json()).toEqual({ decision: true })
    expect((await post(server, 'evaluations', { ...question, evaluations: [] })).json()).toEqual({ decision: true })
    expect((await post(server, 'evaluations', { ...question, evaluations: Array(101).fill({}) })).status).toBe(400)
  })

  test('searches', async () => {
    const server = await start()
    const { subject, action, resource } = question
    expect((await post(server, 'search/subject', { subject: { type: 'user' }, action, resource })).json()).toEqual({
      results: [alice],
    })
    expect((await post(server, 'search/resource', { subject, action, resource: { type: 'todo' } })).json()).toEqual({
      results: [{ type: 'todo', id: '1' }],
    })
    expect((await post(server, 'search/resource', { subject, action, resource: { type: 'other' } })).json()).toEqual({
      results: [],
    })
    const noon = { time: '2026-01-05T12:00:00Z' }
    expect((await post(server, 'search/action', { subject, resource, context: noon })).json()).toEqual({
      results: [{ name: 'delete' }, { name: 'read' }],
    })
  })

  test('refuses what is no question', async () => {
    const server = await start()
    for (const body of [
      {},
      [],
      { ...question, subject: 'alice' },
      { ...question, action: 'read' },
      { ...question, resource: { type: 'todo' } },
      { ...question, context: [] },
      { ...question, subject: { ...alice, properties: [] } },
    ]) {
      expect((await post(server, 'evaluation', body)).status).toBe(400)
      expect((await post(server, 'search/subject', body)).status).toBe(400)
    }
  })

  test('describes itself', async () => {
    const server = await start()
    expect((await server.call('/.well-known/authzen-configuration')).json()).toEqual({
      policy_decision_point: 'https://pdp.example',
      access_evaluation_endpoint: 'https://pdp.example/access/v1/evaluation',
      access_evaluations_endpoint: 'https://pdp.example/access/v1/evaluations',
      search_subject_endpoint: 'https://pdp.example/access/v1/search/subject',
      search_resource_endpoint: 'https://pdp.example/access/v1/search/resource',
      search_action_endpoint: 'https://pdp.example/access/v1/search/action',
    })
  })

  test('does not answer callers whom nobody has authenticated', async () => {
    const server = await serve({ 'POST /access/v1/evaluation': [pdp.evaluation] as AnyGuard[] }, [])
    closing.push(server)
    expect((await post(server, 'evaluation', question)).status).toBe(500)
  })
})

test('wrong options are refused at start-up', () => {
  const code = (make: () => unknown): string => {
    try {
      make()
    } catch (error) {
      if (error instanceof ConfigurationError) return error.code
      throw error
    }
    return 'accepted'
  }
  const options = (more: object) => code(() => authZen(access, { baseUrl: 'https://pdp.example', ...more } as never))
  expect(code(() => authZen(access, {} as never))).toBe('ERR_OPTION_MISSING')
  expect(code(() => authZen({} as never, { baseUrl: 'https://pdp.example' }))).toBe('ERR_OPTION_INVALID')
  for (const baseUrl of ['pdp', 'ftp://pdp.example', 'https://pdp.example?x=1', 7]) {
    expect(options({ baseUrl })).toBe('ERR_OPTION_INVALID')
  }
  for (const maxEvaluations of ['x', '100', 0, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(options({ maxEvaluations })).toBe('ERR_OPTION_INVALID')
  }
  expect(options({ subjects: [] })).toBe('ERR_OPTION_INVALID')
  expect(options({ loaderTimeout: 1000 })).toBe('ERR_OPTION_INVALID')
  expect(options({ subject: 1 })).toBe('ERR_OPTION_UNKNOWN')
  expect(options({ maxEvaluations: 1 })).toBe('accepted')
})

describe('what look-ups answer', () => {
  const ask = async (options: Partial<AuthZenOptions>, body: object, endpoint: 'evaluation' | 'searchSubject') => {
    const made = authZen(access, { baseUrl: 'https://pdp.example', ...options })[endpoint]!
    const verdict = await made.check(testRequest({ body }), { principal: principalOf([]) })
    return JSON.parse(String((verdict as Respond).body)) as unknown
  }
  const search = { ...question, subject: { type: 'user' } }

  test('may be any thenable, and nobody', async () => {
    const bob = thenable(principalOf([], { subject: 'bob' }))
    expect(await ask({ principal: () => bob }, question, 'evaluation')).toEqual({ decision: false })
    for (const nobody of [undefined, null]) {
      expect(await ask({ principal: () => nobody as never }, question, 'evaluation')).toEqual({ decision: false })
    }
    const subjects = () => thenable(new Set([alice]))
    expect(await ask({ subjects }, search, 'searchSubject')).toEqual({ results: [alice] })
  })

  test('is never nonsense', async () => {
    for (const wrong of ['alice', 7, [], {}, { subject: 7 }]) {
      await expect(ask({ principal: () => wrong as never }, question, 'evaluation')).rejects.toBeInstanceOf(
        UnavailableError,
      )
    }
    for (const wrong of [undefined, 7, {}, [null], [{ type: 'user' }], ['alice']]) {
      await expect(ask({ subjects: () => wrong as never }, search, 'searchSubject')).rejects.toBeInstanceOf(
        UnavailableError,
      )
    }
    const failing = () => {
      throw new Error('down')
    }
    await expect(ask({ principal: failing }, question, 'evaluation')).rejects.toBeInstanceOf(UnavailableError)
  })
})
