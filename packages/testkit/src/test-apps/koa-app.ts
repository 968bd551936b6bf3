import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'

import type { AdapterOptions } from '@ashlar/core/adapter'

import { type AppUnderTest, type RouteUnderTest, serve, TAKEN_OVER, written } from '../adapter-contract/app.ts'
import { fileAt } from '../adapter-contract/file-at.ts'
import type { Door } from './door.ts'

/** Koa, any version, with the router and the body parser of whoever tests. */
export interface KoaFramework {
  readonly Koa: new () => KoaApp
  /** `@koa/router`. */
  readonly Router: new () => KoaRouter
  /** `@koa/bodyparser`; only for apps that parse bodies. */
  readonly bodyParser?: (() => unknown) | undefined
}

/** The part of `@ashlar/koa` that apps are built with. */
export interface KoaPackage {
  adapter(options?: AdapterOptions): {
    protect(...guards: never[]): unknown
    errorBoundary(): unknown
    frontDoor(app: never, ...guards: never[]): Door
  }
}

interface KoaApp {
  silent: boolean
  proxy: boolean
  use(middleware: never): unknown
  callback(): (request: IncomingMessage, response: ServerResponse) => unknown
}

interface KoaRouter {
  use(...middleware: never[]): unknown
  all(path: never, ...middleware: never[]): unknown
  get(path: never, ...middleware: never[]): unknown
  post(path: never, ...middleware: never[]): unknown
  put(path: never, ...middleware: never[]): unknown
  patch(path: never, ...middleware: never[]): unknown
  delete(path: never, ...middleware: never[]): unknown
  routes(): unknown
}

interface KoaContext {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly state: Record<string, unknown>
  readonly request: { readonly body?: unknown }
  readonly query: unknown
  url: string
  path: string
  mountPath?: string
  respond?: boolean
  status: number
  body: unknown
  set(name: string, value: string): void
}
type Next = () => Promise<unknown>
type KoaMiddleware = (context: KoaContext, next: Next) => Promise<void>

/** An app in Koa, its guards in front or at the front door. */
export function koaServer(koa: KoaFramework, { adapter }: KoaPackage, app: AppUnderTest, frontDoor: boolean): Server {
  if (!frontDoor || app.bare) return createServer(koaApp(koa, adapter(app.options), app).callback() as RequestListener)
  const { guards = [], upgrade, options } = app
  const ours = adapter(options)
  const door = ours.frontDoor(koaApp(koa, ours, { ...app, guards: [] }) as never, ...(guards as never[]))
  const server = createServer(door)
  server.on('checkContinue', door.checkContinue)
  if (upgrade) server.on('upgrade', door.upgrade(upgrade))
  return server
}

function koaApp(
  { Koa, Router, bodyParser: makeBodyParser }: KoaFramework,
  { protect, errorBoundary }: ReturnType<KoaPackage['adapter']>,
  app: AppUnderTest,
): KoaApp {
  const { guards = [], routes = [], routerGuards, mounts = [], mount, files, rewrite, bodyParser, trustSetting } = app
  const server = new Koa()
  const use = server.use.bind(server) as (middleware: unknown) => void
  server.silent = true
  server.proxy = Boolean(trustSetting)
  if (app.errorBoundary) use(errorBoundary())
  if (guards.length > 0) use(protect(...(guards as never[])))
  if (bodyParser) use(makeBodyParser!())
  if (rewrite) {
    use((context: KoaContext, next: Next) => {
      context.url = rewrite(context.url)
      return next()
    })
  }
  for (const { path, guards } of mounts) use(mounted(path, protect(...(guards as never[])) as KoaMiddleware))
  const router = new Router()
  if (routerGuards) router.use(protect(...(routerGuards as never[])) as never)
  for (const route of routes) {
    const { method = 'GET', path, guards = [] } = route
    const add = router[method.toLowerCase() as 'get'].bind(router) as (...parts: unknown[]) => void
    const guarded = guards.length > 0 ? [protect(...(guards as never[]))] : []
    add(path, ...guarded, handling(route))
  }
  use(mount ? mounted(mount, router.routes() as KoaMiddleware) : router.routes())
  if (files) {
    use(async (context: KoaContext, next: Next) => {
      const file = fileAt(files, context.path)
      if (file === undefined) await next()
      else context.body = file
    })
  }
  return server
}

function handling({ handler = serve }: RouteUnderTest) {
  return async (context: KoaContext): Promise<void> => {
    const { res: response, state, query } = context
    const { body } = context.request
    const reply = await handler({
      source: context,
      response,
      principal: state['principal'],
      locals: state,
      body,
      query,
    })
    if (reply === TAKEN_OVER) {
      context.respond = false
      return
    }
    const { status, headers, body: text } = written(reply)
    context.status = status
    for (const [name, value] of Object.entries(headers)) context.set(name, value)
    context.body = text
  }
}

/** What `koa-mount` does: takes the prefix off the path, names it, and puts the path back. */
function mounted(prefix: string, inner: KoaMiddleware): KoaMiddleware {
  return async (context, next) => {
    const before = context.path
    if (before !== prefix && !before.startsWith(`${prefix}/`)) {
      await next()
      return
    }
    context.mountPath = prefix
    context.path = before.slice(prefix.length) || '/'
    await inner(context, async () => {
      context.path = before
      await next()
      context.path = before.slice(prefix.length) || '/'
    })
    context.path = before
  }
}
