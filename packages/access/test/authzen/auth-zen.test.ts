import { createServer, type Server } from 'node:http'

import { type AnyGuard, ConfigurationError } from '@ashlar/core'
import { type TestServer, testServer } from '@ashlar/testkit'
import { afterEach, describe, expect, test } from '@jest/globals'

import { accessControl, authZen, remotePermit } from '../../src/index.ts'
import { FRAMEWORKS, fromHeaders } from '../apps.ts'

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

describe.each(FRAMEWORKS)('AuthZEN in %s', (name, serve) => {
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

  test('is asked by a remote guard', async () => {
    const decisions = await start()
    const resource = ({ params }: { params: Readonly<Record<string, string>> | undefined }) =>
      TODOS[Number(params!['id']) - 1]!
    const server = await serve(
      {
        'GET /todos/:id': [
          remotePermit('todo:read', { endpoint: `http://127.0.0.1:${decisions.port}/access/v1/evaluation`, resource }),
        ] as AnyGuard[],
        'POST /todos': [
          remotePermit('todo:create', { endpoint: `http://127.0.0.1:${decisions.port}/access/v1/evaluation` }),
        ] as AnyGuard[],
      },
      [fromHeaders],
    )
    closing.push(server)
    expect((await server.call('/todos/1')).status).toBe(200)
    expect((await server.call('/todos/2')).status).toBe(403)
    expect((await server.call('/todos', { method: 'POST', headers: { 'x-roles': 'editor' } })).status).toBe(200)
    expect((await server.call('/todos', { method: 'POST', headers: { 'x-roles': 'viewer' } })).status).toBe(403)
    await decisions.close()
    expect((await server.call('/todos/1')).status).toBe(503)
    expect(name).toBeTruthy()
  })

  test('a remote guard passes for nothing but a plain yes', async () => {
    let answer: { status: number; body: string; headers?: Record<string, string> } | 'hang' = {
      status: 200,
      body: '{}',
    }
    const remote: Server = createServer((_request, response) => {
      if (answer === 'hang') return
      response.writeHead(answer.status, answer.headers).end(answer.body)
    })
    const decisions = await testServer(remote)
    closing.push(decisions)
    const server = await serve({
      'GET /todos': [
        remotePermit('todo:read', { endpoint: `http://127.0.0.1:${decisions.port}/x`, timeout: '200ms' }),
      ] as AnyGuard[],
    })
    closing.push(server)
    for (const wrong of [
      { status: 200, body: '' },
      { status: 200, body: 'true' },
      { status: 200, body: '{"decision":"true"}' },
      { status: 200, body: '{"decision":1}' },
      { status: 200, body: '{"__proto__":{"decision":true}}' },
      { status: 200, body: `{"decision":true,"x":"${'x'.repeat(70_000)}"}` },
      { status: 500, body: '{"decision":true}' },
      { status: 302, body: '{"decision":true}', headers: { location: '/elsewhere' } },
      'hang' as const,
    ]) {
      answer = wrong
      expect((await server.call('/todos')).status).toBe(503)
    }
    answer = { status: 200, body: '{"decision":false}' }
    expect((await server.call('/todos')).status).toBe(403)
    answer = { status: 200, body: '{"decision":true,"context":{}}' }
    expect((await server.call('/todos')).status).toBe(200)
  })
})

test('unsafe and wrong options are refused at start-up', () => {
  const code = (make: () => unknown): string => {
    try {
      make()
    } catch (error) {
      if (error instanceof ConfigurationError) return error.code
      throw error
    }
    return 'accepted'
  }
  expect(code(() => remotePermit('a:b', { endpoint: 'http://pdp.example/x' }))).toBe('ERR_OPTION_UNSAFE')
  expect(code(() => remotePermit('a:b', { endpoint: 'https://pdp.example/x' }))).toBe('accepted')
  expect(code(() => remotePermit('a:b', { endpoint: 'pdp.example' }))).toBe('ERR_OPTION_INVALID')
  expect(code(() => remotePermit('a:*', { endpoint: 'https://pdp.example/x' }))).toBe('ERR_OPTION_INVALID')
  expect(code(() => authZen(access, { baseUrl: 'pdp' }))).toBe('ERR_OPTION_INVALID')
  expect(code(() => authZen(access, { baseUrl: 'https://pdp.example', subject: 1 } as never))).toBe(
    'ERR_OPTION_UNKNOWN',
  )
})
