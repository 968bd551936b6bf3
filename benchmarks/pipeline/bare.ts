import type { RequestListener } from 'node:http'

import Router from '@koa/router'
import express from 'express'
import Koa from 'koa'

import { listOrders, TARGET } from './orders.ts'

export function bareExpress(): RequestListener {
  const app = express()
  app.get(TARGET, (req, res) => {
    res.json(listOrders(Number(req.query['limit'])))
  })
  return app
}

export function bareKoa(): RequestListener {
  const app = new Koa()
  const router = new Router()
  router.get(TARGET, (ctx) => {
    ctx.body = listOrders(Number(ctx.query['limit']))
  })
  app.use(router.routes())
  return app.callback()
}
