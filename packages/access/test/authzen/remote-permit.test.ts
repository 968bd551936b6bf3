import { createServer, type Server } from 'node:http'

import { type AnyGuard, ConfigurationError } from '@ashlar/core'
import type { Fetch } from '@ashlar/core/http'
import { type TestServer, testRequest, testServer } from '@ashlar/testkit'
import { afterEach, describe, expect, test } from '@jest/globals'

import { accessControl, authZen, type RemotePermitOptions, remotePermit } from '../../src/index.ts'
import { FRAMEWORKS, fromHeaders, principalOf, thenable } from '../apps.ts'

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

const pdp = authZen(access, { baseUrl: 'https://pdp.example/' })

const closing: { close(): unknown }[] = []

afterEach(async () => {
  for (const server of closing.splice(0)) await server.close()
})

describe.each(FRAMEWORKS)('a remote decision point in %s', (name, serve) => {
  async function start(): Promise<TestServer> {
    const server = await serve({ 'POST /access/v1/evaluation': [pdp.evaluation] as AnyGuard[] })
    closing.push(server)
    return server
  }

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
  expect(code(() => remotePermit('a:b', {} as never))).toBe('ERR_OPTION_MISSING')
  expect(code(() => remotePermit(undefined as never, { endpoint: 'https://pdp.example' }))).toBe('ERR_OPTION_MISSING')
  for (const wrong of [{ timeout: 2000 }, { timeout: '0s' }, { headers: {} }, { fetch: 'x' }, { challenge: 'a\n' }]) {
    expect(code(() => remotePermit('a:b', { endpoint: 'https://pdp.example/x', ...wrong } as never))).toBe(
      'ERR_OPTION_INVALID',
    )
  }
})

describe('what the app hands over', () => {
  const request = testRequest({ route: '/' })
  const asked: { url: string; init: RequestInit }[] = []
  const yes = async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
    asked.push({ url: String(url), init: init! })
    return new Response('{"decision":true}')
  }
  const check = (options: Partial<RemotePermitOptions>) =>
    Promise.resolve(
      remotePermit('a:b', { endpoint: 'https://pdp.example/x', fetch: yes as Fetch, ...options }).check(request, {
        principal: principalOf(['editor']),
      }),
    )

  test('is what the decision point is asked', async () => {
    asked.length = 0
    const resource = () => thenable({ type: 'a', id: '7' })
    const verdict = await check({ resource, headers: () => ({ authorization: 'Bearer x' }) })
    expect(verdict.kind).toBe('allow')
    expect(asked[0]!.url).toBe('https://pdp.example/x')
    expect(asked[0]!.init.headers).toMatchObject({ authorization: 'Bearer x', 'x-request-id': request.id })
    expect(JSON.parse(String(asked[0]!.init.body))).toMatchObject({
      subject: { type: 'user', id: 'alice', properties: { roles: ['editor'] } },
      resource: { type: 'a', id: '7' },
    })
  })

  test('is never nonsense, and nobody passes for it', async () => {
    for (const wrong of [undefined, null, 'todo 7', {}, { type: 'a' }, { type: 'a', id: 7 }]) {
      await expect(check({ resource: () => wrong as never })).rejects.toMatchObject({ code: 'ERR_OPTION_INVALID' })
      await expect(check({ subject: () => wrong as never })).rejects.toMatchObject({ code: 'ERR_OPTION_INVALID' })
    }
  })

  test('is 503 where this service has no credential for it', async () => {
    const failing = () => {
      throw new Error('no token')
    }
    await expect(check({ headers: failing })).rejects.toMatchObject({ code: 'ERR_DEPENDENCY_UNAVAILABLE' })
    await expect(check({ headers: () => Promise.reject(new Error('no token')) })).rejects.toThrow('could not be asked')
  })
})
