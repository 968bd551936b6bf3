import { createServer, type Server } from 'node:http'

import { principal } from '@ashlar/core'
import { errorBoundary, frontDoor, handle, protect } from '@ashlar/koa'
import { bodyParser } from '@koa/bodyparser'
import Router from '@koa/router'
import Koa from 'koa'

import type { Gateway } from './gateway.ts'

export function koaServer({ door, routes, handlers }: Gateway): Server {
  const app = new Koa()
  const router = new Router()
  app.use(errorBoundary())
  app.use(protect(routes.everyRoute))
  router.get('/health', (ctx) => {
    ctx.body = handlers.health()
  })
  router.get('/api/v1/users/profile', (ctx) => {
    ctx.body = handlers.profile(principal.of(ctx))
  })
  router.get(
    '/api/v1/trading/orders',
    handle([routes.listOrders], (added, ctx) => {
      ctx.body = handlers.listOrders(added)
    }),
  )
  router.post(
    '/api/v1/trading/orders',
    // Who may not place an order does not have its body read.
    protect(routes.mayPlaceOrder),
    bodyParser({ enableTypes: ['json'], jsonLimit: '100kb' }),
    handle([routes.placeOrder], (added, ctx) => {
      ctx.body = handlers.placeOrder(added, principal.of(ctx))
      ctx.status = 201
    }),
  )
  router.get('/api/v1/admin/users', protect(routes.listUsers), (ctx) => {
    ctx.body = handlers.listUsers()
  })
  app.use(router.routes())
  return createServer(frontDoor(app, door))
}
