import { errorBoundary, protect } from '@ashlar/koa'
import { fakeClock, recordEvents, testServer } from '@ashlar/testkit'
import { expect, test } from '@jest/globals'
import Router from '@koa/router'
import Koa from 'koa'

import { circuitBreaker } from '../../src/index.ts'

test('failures open it, requests are refused at once, a probe closes it', async () => {
  const clock = fakeClock()
  const circuit = circuitBreaker({ name: 'orders', failures: 3, open: '30s', clock })
  const app = new Koa()
  app.silent = true
  let handled = 0
  let broken = true
  const router = new Router()
  router.get('/orders', protect(circuit), (ctx) => {
    handled++
    if (broken) throw new Error('upstream')
    ctx.body = 'fine'
  })
  app.use(errorBoundary())
  app.use(router.routes())
  const server = await testServer(app.callback())
  const recorder = recordEvents()
  const call = async () => {
    const response = await server.call('/orders')
    await recorder.completed()
    return response
  }

  for (let index = 0; index < 3; index++) expect((await call()).status).toBe(500)
  const refused = await call()
  expect([refused.status, refused.headers['retry-after'], refused.json().code]).toEqual([503, '30', 'circuit-open'])
  expect([handled, circuit.state]).toEqual([3, 'open'])

  clock.advance(30_000)
  broken = false
  expect((await call()).status).toBe(200)
  expect(circuit.state).toBe('closed')
  const transitions = recorder.events.filter(({ name }) => name.startsWith('breaker_'))
  expect(transitions.map(({ name }) => name)).toEqual(['breaker_opened', 'breaker_closed'])
  recorder.stop()
  await server.close()
})
