import { ALLOW, deny, type Guard, problem, type RequestView, when } from '@ashlar/core'
import { recordEvents, testServer } from '@ashlar/testkit'
import { expect, test } from '@jest/globals'
import Router from '@koa/router'
import Koa from 'koa'

import { errorBoundary, frontDoor, protect } from '../../src/index.ts'

const base = { name: 'test', layer: 'custom', reads: 'head' } as const
const refuse: Guard = { ...base, check: () => deny(problem('not-permitted')) }

/** What `koa-mount` does: takes the prefix off the path, names it, and puts the path back. */
function mount(prefix: string, inner: Koa.Middleware): Koa.Middleware {
  return async (context, next) => {
    const before = context.path
    const place = context as Koa.Context & { mountPath?: string }
    place.mountPath = prefix
    context.path = before.slice(prefix.length) || '/'
    await inner(context, next)
    context.path = before
  }
}

test('mounts within mounts and routers within routers see the whole path', async () => {
  const seen: Partial<RequestView>[] = []
  const look: Guard = {
    ...base,
    check({ path, route, params }) {
      seen.push({ path, route, params: { ...params } })
      return ALLOW
    },
  }
  const orders = new Router()
  orders.get('/orders/:order', protect({ ...look, reads: 'route' }), (context) => {
    context.body = 'order'
  })
  const users = new Router({ prefix: '/users/:user' })
  users.use(orders.routes())
  const app = new Koa()
  app.use(protect(look))
  app.use(mount('/api', mount('/v1', users.routes() as never)))
  const server = await testServer(app.callback())
  try {
    expect((await server.call('/api/v1/users/7/orders/9?x=/y')).text).toBe('order')
  } finally {
    await server.close()
  }
  const path = '/api/v1/users/7/orders/9'
  expect(seen).toEqual([
    { path, route: undefined, params: {} },
    { path, route: '/users/:user/orders/:order', params: { user: '7', order: '9' } },
  ])
})

test('a router that was sent to another path is refused like any other rewrite', async () => {
  const router = new Router()
  router.get('/admin', protect({ ...base, check: () => ALLOW }), (context) => {
    context.body = 'secret'
  })
  const app = new Koa()
  app.use(protect(when(['/admin'], refuse)))
  app.use((context, next) => {
    if (context.path === '/innocent') (context as { newRouterPath?: string }).newRouterPath = '/admin'
    return next()
  })
  app.use(router.routes())
  const server = await testServer(app.callback())
  try {
    expect((await server.call('/admin')).status).toBe(403)
    expect((await server.call('/innocent')).status).toBe(400)
  } finally {
    await server.close()
  }
})

test('behind the front door, the route of the app is named when the request completes', async () => {
  const router = new Router()
  router.get('/users/:id', (context) => {
    context.body = 'user'
  })
  const app = new Koa()
  app.use(router.routes())
  const recorder = recordEvents()
  const server = await testServer(frontDoor(app, { ...base, check: () => ALLOW }))
  try {
    await server.call('/users/7')
    expect(await recorder.completed()).toMatchObject({ request: { route: '/users/:id' }, outcome: { status: 200 } })
  } finally {
    recorder.stop()
    await server.close()
  }
})

test('what is no error is reported as one, since Koa takes nothing else', async () => {
  const seen: unknown[] = []
  const app = new Koa()
  app.on('error', (error) => seen.push(error))
  app.use(protect({ ...base, check: () => Promise.reject('no error') }))
  const server = await testServer(app.callback())
  try {
    expect((await server.call('/')).status).toBe(500)
    expect(seen).toEqual([expect.objectContaining({ cause: 'no error' })])
  } finally {
    await server.close()
  }
})

test('an error after the answer has begun is Koa’s to end', async () => {
  const app = new Koa()
  app.silent = true
  app.use(errorBoundary())
  app.use((context) => {
    context.res.writeHead(200)
    context.res.write('half')
    throw new Error('too late')
  })
  const server = await testServer(app.callback())
  try {
    const began = new Promise((resolve) => app.once('error', resolve))
    const answer = server.call('/').catch((error: Error) => error)
    await began
    server.server.closeAllConnections()
    expect(await answer).toMatchObject({ code: 'ECONNRESET' })
  } finally {
    await server.close()
  }
})
