import type { IncomingMessage, RequestListener } from 'node:http'

import { AbilityBuilder, createMongoAbility, type MongoAbility } from '@casl/ability'
import Router from '@koa/router'
import express from 'express'
import { expressjwt } from 'express-jwt'
import { rateLimit } from 'express-rate-limit'
import helmet from 'helmet'
import Koa from 'koa'
import koaHelmet from 'koa-helmet'
import koaJwt from 'koa-jwt'
import koaRateLimit from 'koa-ratelimit'
import type { Logger } from 'winston'

import { listOrders, OrderQuery, TARGET } from './orders.ts'
import { AUDIENCE, ISSUER, publicKeyObject } from './token.ts'

export const EXPRESS_PEERS =
  'helmet@8.3.0 + express-rate-limit@8.7.4 + express-jwt@8.5.1 + @casl/ability@7.0.1 + zod@4.6.7 + winston@3.19.0'
export const KOA_PEERS =
  'koa-helmet@9.0.0 + koa-ratelimit@6.0.0 + koa-jwt@4.0.4 + @casl/ability@7.0.1 + zod@4.6.7 + winston@3.19.0'

/** One ability a role, made once: CASL's fast way. */
const abilities: Readonly<Record<string, MongoAbility>> = {
  trader: (() => {
    const { can, build } = new AbilityBuilder<MongoAbility>(createMongoAbility)
    can('read', 'orders')
    can('write', 'orders')
    return build()
  })(),
}

interface Claims {
  readonly sub: string
  readonly roles: readonly string[]
}

const mayRead = (claims: Claims | undefined): boolean =>
  claims?.roles.some((role) => abilities[role]?.can('read', 'orders')) ?? false

export function assembledExpress(logger: Logger): RequestListener {
  const app = express()
  app.use((req, res, next) => {
    const start = performance.now()
    res.on('finish', () => {
      const { auth } = req as { auth?: Claims }
      logger.info('request', {
        method: req.method,
        path: req.path,
        status: res.statusCode,
        subject: auth?.sub,
        ms: performance.now() - start,
      })
    })
    next()
  })
  app.use(helmet())
  app.use(rateLimit({ windowMs: 60_000, limit: 1e9, standardHeaders: 'draft-8', legacyHeaders: true }))
  app.use(expressjwt({ secret: publicKeyObject(), algorithms: ['RS256'], issuer: ISSUER, audience: AUDIENCE }))
  app.get(TARGET, (req, res) => {
    if (!mayRead((req as { auth?: Claims }).auth)) {
      res.status(403).end()
      return
    }
    const query = OrderQuery.safeParse(req.query)
    if (query.success) res.json(listOrders(query.data.limit))
    else res.status(400).json({ issues: query.error.issues })
  })
  return app
}

export function assembledKoa(logger: Logger): RequestListener {
  const app = new Koa()
  const router = new Router()
  app.use(async (ctx, next) => {
    const start = performance.now()
    await next()
    logger.info('request', {
      method: ctx.method,
      path: ctx.path,
      status: ctx.status,
      subject: (ctx.state['user'] as Claims | undefined)?.sub,
      ms: performance.now() - start,
    })
  })
  app.use(koaHelmet())
  app.use(
    koaRateLimit({
      driver: 'memory',
      db: new Map(),
      duration: 60_000,
      max: 1e9,
      id: (ctx: { req: IncomingMessage }) => ctx.req.socket.remoteAddress ?? '',
    }),
  )
  app.use(
    koaJwt({ secret: publicKeyObject() as never, algorithms: ['RS256'], issuer: ISSUER, audience: AUDIENCE } as never),
  )
  router.get(TARGET, (ctx) => {
    if (!mayRead(ctx.state['user'] as Claims)) ctx.throw(403)
    const query = OrderQuery.safeParse(ctx.query)
    if (query.success) ctx.body = listOrders(query.data.limit)
    else {
      ctx.status = 400
      ctx.body = { issues: query.error.issues }
    }
  })
  app.use(router.routes())
  return app.callback()
}
