import { errorBoundary, handle, protect } from '@ashlar/koa'
import { type TestServer, testServer } from '@ashlar/testkit'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { bodyParser } from '@koa/bodyparser'
import Router from '@koa/router'
import Koa from 'koa'
import { z } from 'zod'

import { validate } from '../../src/index.ts'

const order = validate({ body: z.strictObject({ symbol: z.string(), quantity: z.int().positive() }) })
const page = validate({ query: z.object({ limit: z.coerce.number().max(100).default(20) }) })
const byId = validate({ params: z.object({ id: z.coerce.number().int() }) })

let server: TestServer
const reported: unknown[] = []

beforeAll(async () => {
  const app = new Koa()
  app.silent = true
  app.on('error', (error) => reported.push(error))
  const unparsed = new Router()
  unparsed.post('/unparsed', protect(order), (ctx) => {
    ctx.body = 'reached'
  })
  const router = new Router()
  router.post(
    '/orders',
    handle([order], ({ input }, ctx: Koa.Context) => {
      ctx.status = 201
      ctx.body = input.body
    }),
  )
  router.get('/orders', protect(page), (ctx) => {
    ctx.body = page.of(ctx)
  })
  router.get('/orders/:id', protect(byId), (ctx) => {
    ctx.body = byId.of(ctx)
  })
  app.use(errorBoundary())
  app.use(unparsed.routes())
  app.use(bodyParser())
  app.use(router.routes())
  server = await testServer(app.callback())
})
afterAll(() => server.close())

const post = (target: string, body: string | object, type?: string) =>
  server.call(target, { method: 'POST', body, ...(type && { headers: { 'content-type': type } }) })

test('a handler receives the body as the schema made it', async () => {
  const answer = await post('/orders', { symbol: 'ACME', quantity: 2 })
  expect([answer.status, answer.json()]).toEqual([201, { symbol: 'ACME', quantity: 2 }])
})

test('an invalid body is 400 with its issues', async () => {
  const answer = await post('/orders', { symbol: 'ACME', quantity: -2 })
  expect(answer.headers['content-type']).toBe('application/problem+json')
  expect([answer.status, answer.json().issues]).toMatchObject([400, [{ in: 'body', path: 'quantity' }]])
})

test('malformed JSON is 400 malformed-body through the error boundary', async () => {
  const answer = await post('/orders', '{"symbol":', 'application/json')
  expect([answer.status, answer.json().code]).toEqual([400, 'malformed-body'])
})

test('a missing body is 400, another media type 415', async () => {
  const missing = await server.call('/orders', { method: 'POST' })
  expect([missing.status, missing.json().code]).toEqual([400, 'invalid-input'])
  const xml = await post('/orders', '<order/>', 'application/xml')
  expect([xml.status, xml.json().code]).toEqual([415, 'unsupported-media-type'])
})

test('JSON on a route without a parser is 415 and no failure', async () => {
  reported.length = 0
  const answer = await post('/unparsed', { symbol: 'ACME', quantity: 2 })
  expect([answer.status, answer.json().code]).toEqual([415, 'unsupported-media-type'])
  expect(reported).toEqual([])
})

test('query and parameters', async () => {
  expect((await server.call('/orders?limit=5')).json()).toEqual({ query: { limit: 5 } })
  expect((await server.call('/orders?limit=500')).status).toBe(400)
  expect((await server.call('/orders/7')).json()).toEqual({ params: { id: 7 } })
  expect((await server.call('/orders/seven')).status).toBe(400)
})
