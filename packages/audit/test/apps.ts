import { type AnyGuard, allow, deny, type Guard, type Principal, problem, type RequestSource } from '@ashlar/core'
import { errorBoundary, protect as protectExpress } from '@ashlar/express'
import { errorBoundary as koaErrorBoundary, protect as protectKoa } from '@ashlar/koa'
import { type TestServer, testServer } from '@ashlar/testkit'
import Router from '@koa/router'
import express from 'express'
import Koa, { type Context } from 'koa'

/** Authenticates whoever sends a token, and refuses everybody else. */
export const tokenGuard: Guard<{ principal: Principal }> = {
  name: 'bearer',
  layer: 'authentication',
  reads: 'head',
  check({ headers }) {
    const token = headers.authorization
    if (token === undefined) return deny(problem('credentials-required'), { event: 'authn_login_fail' })
    const principal: Principal = {
      kind: 'bearer',
      subject: 'alice',
      issuer: 'https://issuer.example',
      roles: ['trader'],
      scopes: [],
      claims: { token },
    }
    return allow({ principal })
  },
}

type Handler = (source: RequestSource) => void

/** The same app in both frameworks: `/orders/:id` answers, `/broken` throws. */
export const FRAMEWORKS: readonly (readonly [
  name: string,
  serve: (front: readonly AnyGuard[], route?: readonly AnyGuard[], handler?: Handler) => Promise<TestServer>,
])[] = [
  ['Express', serveExpress],
  ['Koa', serveKoa],
]

function serveExpress(
  front: readonly AnyGuard[],
  route: readonly AnyGuard[] = [],
  handler: Handler = () => {},
): Promise<TestServer> {
  const app = express()
  const protect = protectExpress as (...guards: readonly AnyGuard[]) => ReturnType<typeof protectExpress>
  if (front.length > 0) app.use(protect(...front))
  if (route.length > 0) app.get('/orders/:id', protect(...route))
  app.get('/orders/:id', (request, response) => {
    handler(request)
    response.json({ ok: true })
  })
  app.get('/broken', () => {
    throw new Error('broken')
  })
  app.use(errorBoundary())
  return testServer(app)
}

function serveKoa(
  front: readonly AnyGuard[],
  route: readonly AnyGuard[] = [],
  handler: Handler = () => {},
): Promise<TestServer> {
  const app = new Koa()
  app.silent = true
  const router = new Router()
  const protect = protectKoa as (...guards: readonly AnyGuard[]) => ReturnType<typeof protectKoa>
  const guarded = route.length > 0 ? [protect(...route) as never] : []
  router.get('/orders/:id', ...guarded, (context: Context) => {
    handler(context)
    context.body = { ok: true }
  })
  router.get('/broken', () => {
    throw new Error('broken')
  })
  app.use(koaErrorBoundary() as never)
  if (front.length > 0) app.use(protect(...front) as never)
  app.use(router.routes())
  return testServer(app.callback())
}
