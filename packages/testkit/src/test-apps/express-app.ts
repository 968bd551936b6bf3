import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'

import type { AdapterOptions } from '@ashlar/core/adapter'

import { type AppUnderTest, type RouteUnderTest, serve, TAKEN_OVER, written } from '../adapter-contract/app.ts'
import { fileAt } from '../adapter-contract/file-at.ts'
import type { Door } from './door.ts'

/** Express, any version. */
export interface ExpressFramework {
  (): ExpressApp
  json(): unknown
  Router(): ExpressRouter
}

/** The part of `@ashlar/express` that apps are built with. */
export interface ExpressPackage {
  adapter(options?: AdapterOptions): {
    protect(...guards: never[]): unknown
    errorBoundary(): unknown
    frontDoor(app: never, ...guards: never[]): Door
  }
}

interface ExpressRouter {
  use(...handlers: never[]): unknown
  all(path: never, ...handlers: never[]): unknown
  get(path: never, ...handlers: never[]): unknown
  post(path: never, ...handlers: never[]): unknown
  put(path: never, ...handlers: never[]): unknown
  patch(path: never, ...handlers: never[]): unknown
  delete(path: never, ...handlers: never[]): unknown
}

interface ExpressApp extends ExpressRouter {
  (request: IncomingMessage, response: ServerResponse): unknown
  set(name: string, value: unknown): unknown
}

type ExpressRequest = IncomingMessage & {
  url: string
  readonly principal?: unknown
  readonly body?: unknown
  readonly path: string
  readonly query: unknown
}
type ExpressResponse = ServerResponse & { readonly locals: Record<string, unknown> }
type Next = (error?: unknown) => void

/** An app in Express, its guards in front or at the front door. */
export function expressServer(
  express: ExpressFramework,
  { adapter }: ExpressPackage,
  app: AppUnderTest,
  frontDoor: boolean,
): Server {
  if (!frontDoor || app.bare) return createServer(expressApp(express, adapter(app.options), app) as RequestListener)
  const { guards = [], upgrade, options } = app
  const ours = adapter(options)
  const door = ours.frontDoor(expressApp(express, ours, { ...app, guards: [] }) as never, ...(guards as never[]))
  const server = createServer(door)
  server.on('checkContinue', door.checkContinue)
  if (upgrade) server.on('upgrade', door.upgrade(upgrade))
  return server
}

function expressApp(
  express: ExpressFramework,
  { protect, errorBoundary }: ReturnType<ExpressPackage['adapter']>,
  app: AppUnderTest,
): ExpressApp {
  const { guards = [], routes = [], routerGuards, mounts = [], mount, files, rewrite, bodyParser } = app
  const { trustSetting, trustFunction } = app
  const server = express()
  const use = server.use.bind(server) as (...handlers: unknown[]) => void
  // Where it is another, Express writes every error to standard error.
  server.set('env', 'test')
  if (trustFunction) server.set('trust proxy', trustFunction)
  if (trustSetting) server.set('trust proxy', trustSetting === true ? 'loopback' : trustSetting)
  if ('queryParser' in app) server.set('query parser', app.queryParser)
  if (guards.length > 0) use(protect(...(guards as never[])))
  if (bodyParser) use(express.json())
  if (rewrite) {
    use((request: ExpressRequest, _response: unknown, next: Next) => {
      request.url = rewrite(request.url)
      next()
    })
  }
  for (const { path, guards } of mounts) use(path, protect(...(guards as never[])))
  const router = mount || routerGuards ? express.Router() : server
  if (routerGuards) router.use(protect(...(routerGuards as never[])) as never)
  for (const route of routes) {
    const { method = 'GET', path, guards = [] } = route
    const add = router[method.toLowerCase() as keyof ExpressRouter].bind(router) as (...parts: unknown[]) => void
    const guarded = guards.length > 0 ? [protect(...(guards as never[]))] : []
    add(path, ...guarded, handling(route))
  }
  if (router !== server) use(mount ?? '/', router)
  if (files) {
    use((request: ExpressRequest, response: ExpressResponse, next: Next) => {
      const file = fileAt(files, request.path)
      if (file === undefined) next()
      else response.end(file)
    })
  }
  if (app.errorBoundary) use(errorBoundary())
  return server
}

function handling({ handler = serve }: RouteUnderTest) {
  return (request: ExpressRequest, response: ExpressResponse, next: Next): void => {
    const { principal, body, query } = request
    const answer = async (): Promise<void> => {
      const reply = await handler({ source: request, response, principal, locals: response.locals, body, query })
      if (reply === TAKEN_OVER) return
      const { status, headers, body: text } = written(reply)
      response.statusCode = status
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
      response.end(text)
    }
    answer().catch(next)
  }
}
