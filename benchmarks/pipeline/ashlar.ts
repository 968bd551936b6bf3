import type { RequestListener } from 'node:http'

import { accessControl } from '@ashlar/access'
import { type AuditLogOptions, auditLog, processTime, requestId } from '@ashlar/audit'
import { authenticate, bearer } from '@ashlar/auth'
import { chain } from '@ashlar/core'
import { frontDoor, handle, protect } from '@ashlar/express'
import { securityHeaders } from '@ashlar/headers'
import { handle as handleKoa, protect as protectKoa } from '@ashlar/koa'
import { rateLimit, tokenBucket } from '@ashlar/ratelimit'
import { validate } from '@ashlar/validate'
import Router from '@koa/router'
import express from 'express'
import Koa from 'koa'

import { listOrders, OrderQuery, TARGET } from './orders.ts'
import { AUDIENCE, ISSUER, publicJwk } from './token.ts'

type Setup = AuditLogOptions & { readonly capacity?: number }

/** Id, headers, rate limit, bearer token: what reads the head. And the permission and validation of the route. */
function guards({ capacity = 1e9, ...audit }: Setup) {
  auditLog(audit)
  const { permit } = accessControl({ roles: { trader: { permissions: ['orders:read', 'orders:write'] } } })
  return {
    head: chain(
      requestId(),
      processTime(),
      securityHeaders({ profile: 'api' }),
      rateLimit({ policy: tokenBucket({ capacity, refillPerSecond: capacity === 1 ? 0.001 : 1e6 }), by: 'address' }),
      authenticate([
        bearer({ issuer: ISSUER, audience: AUDIENCE, algorithms: ['RS256'], keys: { keys: [publicJwk()] } }),
      ]),
    ),
    route: chain(permit('orders:read'), validate({ query: OrderQuery })),
  }
}

function expressApp(route: ReturnType<typeof guards>['route'], use: (app: express.Express) => void): express.Express {
  const app = express()
  use(app)
  app.get(
    TARGET,
    handle([route], ({ input }, _req, res: express.Response) => {
      res.json(listOrders(input.query.limit))
    }),
  )
  return app
}

export function ashlarExpress(setup: Setup): RequestListener {
  const { head, route } = guards(setup)
  return expressApp(route, (app) => app.use(protect(head)))
}

export function ashlarFrontDoor(setup: Setup): RequestListener {
  const { head, route } = guards(setup)
  return frontDoor(
    expressApp(route, () => {}),
    head,
  )
}

function koaApp(route: ReturnType<typeof guards>['route'], use: (app: Koa) => void): Koa {
  const app = new Koa()
  const router = new Router()
  use(app)
  router.get(
    TARGET,
    handleKoa([route], ({ input }, ctx) => {
      ctx.body = listOrders(input.query.limit)
    }),
  )
  app.use(router.routes())
  return app
}

export function ashlarKoa(setup: Setup): RequestListener {
  const { head, route } = guards(setup)
  return koaApp(route, (app) => app.use(protectKoa(head))).callback()
}

export function ashlarKoaFrontDoor(setup: Setup): RequestListener {
  const { head, route } = guards(setup)
  return frontDoor(
    koaApp(route, () => {}),
    head,
  )
}
