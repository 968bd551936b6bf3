import { createServer } from 'node:http'

import { ALLOW, allow, deny, type Guard, type Principal, problem, type RequestView, when } from '@ashlar/core'
import { recordEvents, testServer } from '@ashlar/testkit'
import { expect, test } from '@jest/globals'
import express, { Router } from 'express'

import { frontDoor, protect } from '../../src/index.ts'

const base = { name: 'test', layer: 'custom', reads: 'head' } as const

test('apps within apps and routers within routers see the whole path and the whole pattern', async () => {
  const seen: Partial<RequestView>[] = []
  const look: Guard = {
    ...base,
    check({ path, route, params }) {
      seen.push({ path, route, params: { ...params } })
      return ALLOW
    },
  }
  const orders = Router({ mergeParams: true })
  orders.get('/:order', protect({ ...look, reads: 'route' }), (_, response) => void response.send('order'))
  const inner = express()
  inner.use(protect(look))
  inner.use('/users/:user/orders', orders)
  const outer = express()
  outer.use('/api', inner)
  const server = await testServer(createServer(outer))
  try {
    expect((await server.call('/api/users/7/orders/9?x=/y')).text).toBe('order')
  } finally {
    await server.close()
  }
  const path = '/api/users/7/orders/9'
  expect(seen).toEqual([
    { path, route: undefined, params: {} },
    { path, route: '/api/users/*/orders/:order', params: { user: '7', order: '9' } },
  ])
})

test('behind the front door, the route of the app is named when the request completes', async () => {
  const app = express()
  app.get('/users/:id', (_, response) => void response.send('user'))
  const recorder = recordEvents()
  const server = await testServer(createServer(frontDoor(app, { ...base, check: () => ALLOW })))
  try {
    await server.call('/users/7')
    expect(await recorder.completed()).toMatchObject({ request: { route: '/users/:id' }, outcome: { status: 200 } })
  } finally {
    recorder.stop()
    await server.close()
  }
})

test('the principal of a request is typed', async () => {
  const principal: Principal = { kind: 'custom', subject: 'ada', roles: [], scopes: [], claims: {} }
  const app = express()
  app.get('/me', protect({ ...base, check: () => allow({ principal }) }), (request, response) => {
    const subject: string | undefined = request.principal?.subject
    response.send(subject)
  })
  const server = await testServer(createServer(app))
  try {
    expect((await server.call('/me')).text).toBe('ada')
  } finally {
    await server.close()
  }
})

test('the trust setting of the app is read on each request, and ours comes first', async () => {
  const app = express()
  const tell: Guard = { ...base, check: ({ address }) => allow({}, { headers: { 'X-Address': String(address) } }) }
  app.use(protect(tell))
  const server = await testServer(createServer(app))
  const address = async () =>
    (await server.call('/', { headers: { 'X-Forwarded-For': '203.0.113.9' } })).headers['x-address']
  try {
    expect(await address()).toBe('127.0.0.1')
    app.set('trust proxy', 1)
    expect(await address()).toBe('203.0.113.9')
  } finally {
    await server.close()
  }
})

test('a condition on a mounted router goes by the whole path', async () => {
  const router = Router()
  const refuse: Guard = { ...base, check: () => deny(problem('not-permitted')) }
  router.use(protect(when(['/api/admin'], refuse)))
  router.get(['/admin', '/open'], (_, response) => void response.send('reached'))
  const app = express()
  app.use('/API', router)
  const server = await testServer(createServer(app))
  try {
    for (const [path, status] of [
      ['/api/admin', 403],
      ['/API/ADMIN/', 403],
      ['/api/open', 200],
    ] as const) {
      expect([path, (await server.call(path)).status]).toEqual([path, status])
    }
  } finally {
    await server.close()
  }
})
