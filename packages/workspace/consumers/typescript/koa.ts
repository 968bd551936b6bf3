import { createServer, type Server } from 'node:http'

import { principal } from '@ashlar/core'
import { errorBoundary, Protect, protect, requireFrontDoor } from '@ashlar/koa'
import { bodyParser } from '@koa/bodyparser'
import Router, { type RouterContext } from '@koa/router'
import Koa from 'koa'

import { front, order, permit } from './layers.js'

class Orders {
  @Protect(permit('orders:write'), order)
  place(ctx: RouterContext): void {
    const { symbol, quantity }: { symbol: string; quantity: number } = order.of(ctx).body
    ctx.status = 201
    ctx.body = { symbol, quantity }
  }
}

export function server(): Server {
  const app = new Koa()
  const router = new Router()
  const orders = new Orders()
  router.post('/orders', (ctx) => orders.place(ctx))
  router.post('/same', protect(order), (ctx) => {
    ctx.body = { subject: principal.of(ctx).subject, symbol: order.of(ctx).body.symbol }
  })
  router.get('/door', protect(requireFrontDoor()), (ctx) => {
    ctx.body = {}
  })
  app.use(errorBoundary())
  app.use(protect(...front()))
  app.use(bodyParser())
  app.use(router.routes())
  return createServer(app.callback())
}
