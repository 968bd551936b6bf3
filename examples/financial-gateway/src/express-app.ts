import { createServer, type Server } from 'node:http'

import { principal } from '@ashlar/core'
import { errorBoundary, frontDoor, handle, protect } from '@ashlar/express'
import express from 'express'

import type { Gateway } from './gateway.ts'

export function expressServer({ door, routes, handlers }: Gateway): Server {
  const app = express().disable('x-powered-by')
  app.use(protect(routes.everyRoute))
  app.get('/health', (_, res) => {
    res.json(handlers.health())
  })
  app.get('/api/v1/users/profile', (req, res) => {
    res.json(handlers.profile(principal.of(req)))
  })
  app.get(
    '/api/v1/trading/orders',
    handle([routes.listOrders], (added, _req, res: express.Response) => {
      res.json(handlers.listOrders(added))
    }),
  )
  app.post(
    '/api/v1/trading/orders',
    // Who may not place an order does not have its body read.
    protect(routes.mayPlaceOrder),
    express.json({ limit: '100kb' }),
    handle([routes.placeOrder], (added, req, res: express.Response) => {
      res.status(201).json(handlers.placeOrder(added, principal.of(req)))
    }),
  )
  app.get('/api/v1/admin/users', protect(routes.listUsers), (_, res) => {
    res.json(handlers.listUsers())
  })
  app.use(errorBoundary())
  return createServer(frontDoor(app, door))
}
