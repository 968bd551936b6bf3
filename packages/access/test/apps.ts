import { type AnyGuard, allow, type Guard, type Principal } from '@ashlar/core'
import { errorBoundary, adapter as expressAdapter } from '@ashlar/express'
import { adapter as koaAdapter, errorBoundary as koaErrorBoundary } from '@ashlar/koa'
import { type TestServer, testServer } from '@ashlar/testkit'
import { bodyParser } from '@koa/bodyparser'
import Router from '@koa/router'
import express from 'express'
import Koa from 'koa'

/** Nobody reads standard error here. */
const { protect: protectExpress } = expressAdapter({ onError() {} })
const { protect: protectKoa } = koaAdapter({ onError() {} })

export function principalOf(roles: readonly unknown[], more: object = {}): Principal {
  return Object.freeze({
    kind: 'bearer',
    subject: 'alice',
    roles: Object.freeze(roles) as readonly string[],
    scopes: Object.freeze([]),
    claims: Object.freeze({}),
    ...more,
  })
}

/** What `await` waits for and `instanceof Promise` does not know, such as a query of an ORM. */
export function thenable<Value>(value: Value): Promise<Value> {
  // biome-ignore lint/suspicious/noThenProperty: that is what it is
  return { then: (resolve: (value: Value) => void) => resolve(value) } as Promise<Value>
}

/** Believes the headers `x-roles` and `x-kind`: for tests only. */
export const fromHeaders: Guard<{ principal: Principal }> = {
  name: 'headers',
  layer: 'authentication',
  reads: 'head',
  check({ headers }) {
    const roles = String(headers['x-roles'] ?? '').split(',')
    return allow({ principal: principalOf(roles, { kind: headers['x-kind'] ?? 'bearer' }) })
  },
}

export type Routes = Readonly<Record<string, readonly AnyGuard[]>>

/** The same app in both frameworks: each route is `METHOD /path` and answers 200. */
export const FRAMEWORKS: readonly (readonly [
  name: string,
  serve: (routes: Routes, front?: readonly AnyGuard[]) => Promise<TestServer>,
])[] = [
  ['Express', serveExpress],
  ['Koa', serveKoa],
]

function serveExpress(routes: Routes, front: readonly AnyGuard[] = [fromHeaders]): Promise<TestServer> {
  const app = express()
  const protect = protectExpress as (...guards: readonly AnyGuard[]) => ReturnType<typeof protectExpress>
  app.use(express.json())
  if (front.length > 0) app.use(protect(...front))
  for (const [key, guards] of Object.entries(routes)) {
    const [method = '', path = ''] = key.split(' ')
    app[method.toLowerCase() as 'get'](path, protect(...guards), (_request, response) => {
      response.json({ ok: true })
    })
  }
  app.use(errorBoundary())
  return testServer(app)
}

function serveKoa(routes: Routes, front: readonly AnyGuard[] = [fromHeaders]): Promise<TestServer> {
  const app = new Koa()
  app.silent = true
  const router = new Router()
  const protect = protectKoa as (...guards: readonly AnyGuard[]) => ReturnType<typeof protectKoa>
  for (const [key, guards] of Object.entries(routes)) {
    const [method = '', path = ''] = key.split(' ')
    router[method.toLowerCase() as 'get'](path, protect(...guards) as never, (context) => {
      context.body = { ok: true }
    })
  }
  app.use(koaErrorBoundary() as never)
  app.use(bodyParser())
  if (front.length > 0) app.use(protect(...front) as never)
  app.use(router.routes())
  return testServer(app.callback())
}
