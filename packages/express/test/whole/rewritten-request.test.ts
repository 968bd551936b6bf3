import { ALLOW, type AnyGuard, deny, problem, when } from '@ashlar/core'
import { type TestServer, testServer } from '@ashlar/testkit'
import { afterEach, expect, test } from '@jest/globals'
import express, { type RequestHandler } from 'express'
import methodOverride from 'method-override'

import { adapter, protect } from '../../src/index.ts'

const closed: AnyGuard = { name: 'closed', layer: 'custom', reads: 'head', check: () => deny(problem('not-permitted')) }
const open: AnyGuard = { name: 'open', layer: 'custom', reads: 'head', check: () => ALLOW }

let server: TestServer
afterEach(() => server.close())

async function serve(before: AnyGuard, between: RequestHandler): Promise<void> {
  const app = express()
  app.set('env', 'test')
  app.use(protect(before))
  app.use(between)
  app.all('/x', protect(open), (request, response) => void response.json([request.method, request.query]))
  server = await testServer(app)
}

test('a method that method-override has rewritten after a guard had read it is refused', async () => {
  await serve(when(({ method }) => method === 'DELETE', closed) as AnyGuard, methodOverride('X-HTTP-Method-Override'))
  const headers = { 'X-HTTP-Method-Override': 'DELETE' }
  const answer = await server.call('/x', { method: 'POST', headers })
  expect([answer.status, answer.json().code]).toEqual([400, 'ambiguous-target'])
  expect((await server.call('/x', { method: 'POST' })).json()).toEqual(['POST', {}])
  expect((await server.call('/x', { method: 'DELETE' })).status).toBe(403)
})

test('and is read as it is by guards behind it', async () => {
  const app = express()
  app.use(methodOverride('X-HTTP-Method-Override'))
  app.use(protect(when(({ method }) => method === 'DELETE', closed)))
  app.all('/x', (request, response) => void response.send(request.method))
  server = await testServer(app)
  const headers = { 'X-HTTP-Method-Override': 'DELETE' }
  expect((await server.call('/x', { method: 'POST', headers })).status).toBe(403)
  expect((await server.call('/x', { method: 'POST' })).text).toBe('POST')
})

const reads = when(({ query }) => query['all'] !== undefined, closed) as AnyGuard
const replace =
  (query: object): RequestHandler =>
  (request, _, next) => {
    Object.defineProperty(request, 'query', { value: query, writable: true, configurable: true, enumerable: true })
    next()
  }

test('a query that was replaced after a guard had read it is refused', async () => {
  await serve(reads, replace({ all: '1' }))
  expect((await server.call('/x?one=1')).json().code).toBe('ambiguous-target')
})

test('a query that was replaced by its like is no other', async () => {
  await serve(reads, replace({ one: '1' }))
  expect((await server.call('/x?one=1')).json()).toEqual(['GET', { one: '1' }])
})

test('a query that was replaced before the guards is what they read', async () => {
  const app = express()
  app.use(replace({ all: '1' }))
  app.get('/x', protect(reads), (_, response) => void response.send('reached'))
  server = await testServer(app)
  expect((await server.call('/x?one=1')).status).toBe(403)
})

test('an app within the app that reads queries its own way is refused what it reads otherwise', async () => {
  const inner = express()
  inner.set('query parser', (search: string) => ({ all: search }))
  inner.get('/x', protect(open), (request, response) => void response.json(request.query))
  const app = express()
  app.set('env', 'test')
  app.set('query parser', 'simple')
  app.use(protect(reads))
  app.use(inner)
  server = await testServer(app)
  const { status, text } = await server.call('/x?one=1')
  // Express 4 has read it once for all.
  expect([status, text].join(' ')).toMatch(/^(?:400 .*ambiguous-target.*|200 \{"one":"1"\})$/)
})

test('a query parser of the app’s own that throws refuses where a guard reads the query', async () => {
  const reported: unknown[] = []
  const app = express()
  app.set('query parser', () => {
    throw new Error('parser')
  })
  // Express 4 asks it itself, before any guard.
  app.set('env', 'test')
  const { protect } = adapter({ onError: (error) => void reported.push(error) })
  app.get('/x', protect(reads), (_, response) => void response.send('reached'))
  server = await testServer(app)
  expect((await server.call('/x?one=1')).status).toBe(500)
  expect(reported.every((error) => (error as Error).message === 'parser')).toBe(true)
})
