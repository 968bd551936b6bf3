import { ALLOW, deny, type Guard, problem } from '@ashlar/core'
import { errorBoundary, protect } from '@ashlar/express'
import { fakeClock, recordEvents, type TestServer, testServer } from '@ashlar/testkit'
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import express from 'express'

import { type CircuitBreaker, circuitBreaker } from '../../src/index.ts'

let server: TestServer
let circuit: CircuitBreaker
let clock: ReturnType<typeof fakeClock>
let handled: number
let answer: (res: express.Response) => void

/** A guard behind the breaker that refuses when asked to. */
const later: Guard = {
  name: 'later',
  layer: 'custom',
  reads: 'head',
  check: ({ query }) => (query['refuse'] ? deny(problem('dependency-unavailable')) : ALLOW),
}

beforeEach(async () => {
  jest.spyOn(console, 'error').mockImplementation(() => {})
  clock = fakeClock()
  circuit = circuitBreaker({ name: 'orders', failures: 3, open: '30s', clock })
  handled = 0
  const app = express()
  app.get('/orders', protect(circuit, later), (_req, res) => {
    handled++
    answer(res)
  })
  app.get('/throws', protect(circuit), () => {
    throw new Error('upstream')
  })
  app.use(errorBoundary())
  server = await testServer(app)
  answer = (res) => void res.json('fine')
})

afterEach(async () => {
  jest.restoreAllMocks()
  await server.close()
})

/** A call whose after-response hooks have run. */
async function call(target: string) {
  const recorder = recordEvents()
  const response = await server.call(target)
  await recorder.completed()
  recorder.stop()
  return response
}

test('failures open it, then requests are refused without reaching the handler, then a probe closes it', async () => {
  answer = (res) => void res.status(502).end()
  for (let index = 0; index < 3; index++) expect((await call('/orders')).status).toBe(502)
  expect(circuit.state).toBe('open')

  const refused = await call('/orders')
  expect([refused.status, refused.headers['retry-after'], refused.json().code]).toEqual([503, '30', 'circuit-open'])
  expect(handled).toBe(3)

  clock.advance(30_000)
  answer = (res) => void res.json('fine')
  expect((await call('/orders')).status).toBe(200)
  expect(circuit.state).toBe('closed')
})

test('a handler that throws is a failure', async () => {
  for (let index = 0; index < 3; index++) expect((await call('/throws')).status).toBe(500)
  expect(circuit.state).toBe('open')
})

test('refusals of a later guard are none', async () => {
  for (let index = 0; index < 5; index++) expect((await call('/orders?refuse=1')).status).toBe(503)
  expect(circuit.state).toBe('closed')
})

test('half-open admits one of many at the same time', async () => {
  for (let index = 0; index < 3; index++) await call('/throws')
  clock.advance(30_000)
  let release: () => void = () => {}
  const arrived = new Promise<void>((resolve) => {
    answer = (res) => {
      release = () => res.json('fine')
      resolve()
    }
  })
  const probe = call('/orders')
  await arrived
  const others = await Promise.all(Array.from({ length: 20 }, () => server.call('/orders')))
  expect(others.map(({ status }) => status)).toEqual(Array(20).fill(503))
  expect(others[0]!.headers['retry-after']).toBe('1')
  expect(handled).toBe(1)
  release()
  expect((await probe).status).toBe(200)
  expect(circuit.state).toBe('closed')
})

test('a probe whose client goes away frees its place', async () => {
  for (let index = 0; index < 3; index++) await call('/throws')
  clock.advance(30_000)
  const recorder = recordEvents()
  answer = (res) => res.destroy()
  await expect(server.call('/orders')).rejects.toThrow()
  await recorder.completed()
  recorder.stop()
  expect(circuit.state).toBe('half-open')
  answer = (res) => void res.json('fine')
  expect((await call('/orders')).status).toBe(200)
  expect(circuit.state).toBe('closed')
})
