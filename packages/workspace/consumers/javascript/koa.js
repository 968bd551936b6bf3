import { createServer } from 'node:http'
import { AshlarError, principal } from '@ashlar/core'
import { errorBoundary, protect } from '@ashlar/koa'
import { bodyParser } from '@koa/bodyparser'
import Router from '@koa/router'
import Koa from 'koa'
import { layers } from './layers.js'

export function server() {
  const { front, placing, reading, order } = layers()
  const app = new Koa()
  const router = new Router()
  router.post('/orders', protect(...placing), (ctx) => {
    ctx.status = 201
    ctx.body = { by: principal.of(ctx).subject, symbol: order.of(ctx).body.symbol }
  })
  router.get('/users', protect(...reading), (ctx) => {
    ctx.body = []
  })
  app.use(errorBoundary())
  app.use(protect(...front))
  app.use(bodyParser())
  app.use(router.routes())
  return createServer(app.callback())
}

export function mistake() {
  try {
    protect({ name: 'no guard' })
  } catch (error) {
    return error instanceof AshlarError && error.code
  }
}
