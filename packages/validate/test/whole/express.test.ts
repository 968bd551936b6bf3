import { ALLOW, type AshlarError, type Guard } from '@ashlar/core'
import { errorBoundary, handle, protect } from '@ashlar/express'
import { recordEvents, type TestServer, testServer } from '@ashlar/testkit'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import express from 'express'
import { z } from 'zod'

import { input, validate } from '../../src/index.ts'

const order = validate({ body: z.strictObject({ symbol: z.string(), quantity: z.int().positive() }) })
const page = validate({ query: z.object({ limit: z.coerce.number().max(100).default(20) }) })
const byId = validate({ params: z.object({ id: z.coerce.number().int() }) })
const named = validate({
  body: z.object({ name: z.string().refine(async (name) => name !== 'taken', { error: 'taken' }) }),
})
const first = validate({ body: z.object({ symbol: z.string() }) })
const second = validate({ body: z.object({ quantity: z.number() }), query: z.object({}) })
const nothing: Guard = { name: 'nothing', layer: 'custom', reads: 'head', check: () => ALLOW }

let server: TestServer
const reported: unknown[] = []

beforeAll(async () => {
  const app = express()
  app.get('/orders', protect(page), (req, res) => void res.json(page.of(req)))
  app.get('/orders/:id', protect(byId), (req, res) => void res.json(byId.of(req)))
  app.post('/unparsed', protect(order), (_req, res) => void res.json('reached'))
  app.use(express.json({ limit: '10kb' }))
  app.post(
    '/orders',
    handle([order], ({ input: { body } }, _req, res: express.Response) => void res.status(201).json(body)),
  )
  app.post('/names', protect(named), (req, res) => void res.json(named.of(req)))
  app.post('/both', protect(first), protect(second), (req, res) => {
    res.json({ first: first.of(req), second: second.of(req), input: input.of(req) })
  })
  app.post('/never', protect(nothing), (req, res) => {
    try {
      res.json(order.of(req))
    } catch (error) {
      res.json((error as AshlarError).code)
    }
  })
  app.use(errorBoundary())
  jest.spyOn(console, 'error').mockImplementation((...values) => void reported.push(...values))
  server = await testServer(app)
})
afterAll(() => {
  jest.restoreAllMocks()
  return server.close()
})

const post = (target: string, body: string | object, type?: string) =>
  server.call(target, { method: 'POST', body, ...(type && { headers: { 'content-type': type } }) })

test('a handler receives the body as the schema made it', async () => {
  const answer = await post('/orders', { symbol: 'ACME', quantity: 2 })
  expect([answer.status, answer.json()]).toEqual([201, { symbol: 'ACME', quantity: 2 }])
})

test('an invalid body is 400 with its issues, and an event', async () => {
  const recorder = recordEvents()
  const answer = await post('/orders', { symbol: 'ACME', quantity: -2, extra: 1 })
  await recorder.completed()
  recorder.stop()
  expect(answer.status).toBe(400)
  expect(answer.headers['content-type']).toBe('application/problem+json')
  expect(answer.json()).toMatchObject({
    type: 'urn:ashlar:problem:invalid-input',
    issues: [
      { in: 'body', path: 'quantity', code: 'too_small' },
      { in: 'body', path: 'extra', code: 'unrecognized_keys' },
    ],
  })
  expect(recorder.events.map(({ name }) => name)).toEqual(['input_validation_fail', 'request_completed'])
  expect(JSON.stringify(recorder.verdicts)).not.toMatch(/ACME|extra/)
})

test('malformed JSON is 400 malformed-body through the error boundary', async () => {
  const answer = await post('/orders', '{"symbol":', 'application/json')
  expect([answer.status, answer.json().code]).toEqual([400, 'malformed-body'])
  expect(answer.text).not.toContain('symbol')
})

test('a body that is too large is 413', async () => {
  const answer = await post('/orders', { symbol: 'x'.repeat(20_000) })
  expect([answer.status, answer.json().code]).toEqual([413, 'payload-too-large'])
})

test('a missing body is 400, another media type 415', async () => {
  const missing = await server.call('/orders', { method: 'POST' })
  expect([missing.status, missing.json().issues[0]]).toMatchObject([400, { in: 'body', path: '' }])
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml']) {
    const answer = await post('/orders', 'symbol=ACME&quantity=2', type)
    expect([answer.status, answer.json().code]).toEqual([415, 'unsupported-media-type'])
  }
})

test('JSON on a route without a parser is 415 and no failure', async () => {
  reported.length = 0
  const answer = await post('/unparsed', { symbol: 'ACME', quantity: 2 })
  expect([answer.status, answer.json().code]).toEqual([415, 'unsupported-media-type'])
  expect(reported).toEqual([])
})

test('query and parameters', async () => {
  expect((await server.call('/orders?limit=5')).json()).toEqual({ query: { limit: 5 } })
  expect((await server.call('/orders')).json()).toEqual({ query: { limit: 20 } })
  for (const bad of ['limit=101', 'limit=x', 'limit=1&limit=2']) {
    expect((await server.call(`/orders?${bad}`)).status).toBe(400)
  }
  expect((await server.call('/orders/7')).json()).toEqual({ params: { id: 7 } })
  expect((await server.call('/orders/seven')).json().issues).toMatchObject([{ in: 'params', path: 'id' }])
})

test('asynchronous refinements', async () => {
  expect((await post('/names', { name: 'free' })).json()).toEqual({ body: { name: 'free' } })
  expect((await post('/names', { name: 'taken' })).json().issues).toMatchObject([{ path: 'name', message: 'taken' }])
})

test('each of two guards gives what it validated itself', async () => {
  expect((await post('/both', { symbol: 'A', quantity: 1 })).json()).toEqual({
    first: { body: { symbol: 'A' } },
    second: { body: { quantity: 1 }, query: {} },
    input: { body: { quantity: 1 }, query: {} },
  })
})

test('a guard that never ran has nothing to give', async () => {
  expect((await post('/never', {})).json()).toBe('ERR_STATE_MISSING')
})
