import { createServer } from 'node:http'

import type { AnyGuard } from '@ashlar/core'
import { type AdapterUnderTest, type AppUnderTest, adapterContract, serve, TAKEN_OVER } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'
import { bodyParser as parseBody } from '@koa/bodyparser'
import Router from '@koa/router'
import Koa from 'koa'

import { adapter, type KoaMiddleware, requireFrontDoor } from '../src/index.ts'

function koaApp(app: AppUnderTest): Koa {
  const { guards = [], routes = [], mount, rewrite, bodyParser, errorBoundary, trustSetting, options } = app
  const ours = adapter(options)
  const protect = ours.protect as (...guards: readonly AnyGuard[]) => KoaMiddleware & Koa.Middleware
  const server = new Koa()
  server.silent = true
  server.proxy = trustSetting ?? false
  if (errorBoundary) server.use(ours.errorBoundary())
  if (guards.length > 0) server.use(protect(...guards))
  if (bodyParser) server.use(parseBody())
  if (rewrite) {
    server.use((context, next) => {
      context.url = rewrite(context.url)
      return next()
    })
  }
  const router = new Router()
  for (const { method = 'GET', path, guards = [], handler = serve } of routes) {
    router[method === 'GET' ? 'get' : 'post'](path, protect(...guards) as never, async (context) => {
      const { res: response, state } = context
      const reply = await handler({
        source: context,
        response,
        principal: state['principal'],
        body: (context.request as { body?: unknown }).body,
      })
      if (reply === TAKEN_OVER) {
        context.respond = false
        return
      }
      context.status = reply.status ?? 200
      for (const [name, value] of Object.entries(reply.headers ?? {})) context.set(name, value)
      context.body = reply.body
    })
  }
  server.use(mount ? mounted(mount, router.routes() as never) : router.routes())
  return server
}

/** What `koa-mount` does: takes the prefix off the path, names it, and puts the path back. */
function mounted(prefix: string, inner: Koa.Middleware): Koa.Middleware {
  return async (context, next) => {
    const before = context.path
    if (before !== prefix && !before.startsWith(`${prefix}/`)) return next()
    const place = context as Koa.Context & { mountPath?: string }
    place.mountPath = prefix
    context.path = before.slice(prefix.length) || '/'
    await inner(context, async () => {
      context.path = before
      await next()
      context.path = before.slice(prefix.length) || '/'
    })
    context.path = before
  }
}

const traits = { routes: true, looseRouting: true, followsTrustSetting: false, requireFrontDoor }

const byMiddleware: AdapterUnderTest = {
  ...traits,
  name: 'Koa',
  frontDoor: false,
  serve: (app) => createServer(koaApp(app).callback()),
}

const byFrontDoor: AdapterUnderTest = {
  ...traits,
  name: 'Koa behind the front door',
  frontDoor: true,
  serve(app) {
    const { guards = [], upgrade, options } = app
    const door = adapter(options).frontDoor(koaApp({ ...app, guards: [] }), ...(guards as readonly []))
    const server = createServer(door)
    if (upgrade) server.on('upgrade', door.upgrade(upgrade))
    return server
  },
}

adapterContract({ describe, test, expect }, byMiddleware)
adapterContract({ describe, test, expect }, byFrontDoor)
