import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { parse } from 'node:querystring'

import type { AnyGuard } from '@ashlar/core'
import { type AdapterOptions, type AdapterSettings, adapterSettings } from '@ashlar/core/adapter'

import type { Door } from '../test-apps/door.ts'
import { type AdapterUnderTest, type AppUnderTest, type RouteUnderTest, serve, TAKEN_OVER, written } from './app.ts'
import { fileAt } from './file-at.ts'

interface PlainRequest extends IncomingMessage {
  principal?: unknown
  body?: unknown
}
type Next = (error?: unknown) => void
type Middleware = (request: PlainRequest, response: ServerResponse, next: Next) => void

/** The part of `@ashlar/node`, and of its entry `/adapter`, that is put to the test. */
export interface NodePackage {
  adapter(options?: AdapterOptions): {
    protect(...guards: readonly AnyGuard[]): Middleware
    frontDoor(app: RequestListener, ...guards: readonly AnyGuard[]): Door
  }
  requireFrontDoor(): AnyGuard
  answerError(settings: AdapterSettings, response: ServerResponse, error: unknown): void
}

/**
 * Plain node by middleware, and behind the front door.
 * @example
 * for (const adapter of plainAdapters({ ...node, answerError })) adapterContract({ describe, test, expect }, adapter)
 */
export function plainAdapters(
  node: NodePackage,
): readonly [byMiddleware: AdapterUnderTest, byFrontDoor: AdapterUnderTest] {
  const { requireFrontDoor } = node
  const traits = { routes: false, looseRouting: false, followsTrustSetting: false, requireFrontDoor }
  return [
    { ...traits, name: 'plain node', frontDoor: false, serve: (app) => createServer(plainApp(app, node)) },
    {
      ...traits,
      name: 'plain node behind the front door',
      frontDoor: true,
      serve(app) {
        const { guards = [], upgrade, options, bare } = app
        if (bare) return createServer(plainApp(app, node))
        const door = node.adapter(options).frontDoor(plainApp({ ...app, guards: [] }, node), ...guards)
        const server = createServer(door)
        server.on('checkContinue', door.checkContinue)
        if (upgrade) server.on('upgrade', door.upgrade(upgrade))
        return server
      },
    },
  ]
}

/** A few lines of middleware over `node:http`, as people write them who need no framework. */
function plainApp(app: AppUnderTest, { adapter, answerError }: NodePackage): RequestListener {
  const { guards = [], routes = [], mounts = [], files = {}, mount = '', rewrite, bodyParser, errorBoundary } = app
  const { options = {} } = app
  const { protect } = adapter(options)
  const settings = adapterSettings(options)
  const stack: Middleware[] = [
    ...(guards.length > 0 ? [protect(...guards)] : []),
    ...(bodyParser ? [parseJson] : []),
    ...(rewrite ? [rewriteWith(rewrite)] : []),
    ...mounts.map(({ path, guards }) => mounted(path, protect(...guards))),
    ...routes.map((route) => routeTo(route, mount, protect)),
    (request, response, next) => {
      const file = fileAt(files, pathIn(request))
      if (file === undefined) next()
      else response.end(file)
    },
    notFound,
  ]
  return (request, response) => {
    let index = 0
    const next: Next = (error) => {
      if (error !== undefined) {
        if (errorBoundary) return answerError(settings, response, error)
        response.statusCode = (error as { status?: number }).status ?? 500
        response.end('failed')
        return
      }
      stack[index++]!(request, response, next)
    }
    next()
  }
}

function routeTo(
  { method = 'GET', path, guards = [], handler = serve }: RouteUnderTest,
  mount: string,
  protect: (...guards: readonly AnyGuard[]) => Middleware,
): Middleware {
  const guarded: Middleware = guards.length > 0 ? protect(...guards) : (_request, _response, next) => next()
  const pattern = new RegExp(`^${mount}${path.replace(/:\w+/g, '[^/]+')}$`)
  return (request, response, next) => {
    const isHead = request.method === 'HEAD' && method === 'GET'
    if (!(isHead || method === 'ALL' || request.method === method) || !pattern.test(pathIn(request))) {
      next()
      return
    }
    guarded(request, response, () => void handle(request, response).catch((error: unknown) => next(error ?? 'nothing')))
  }

  async function handle(request: PlainRequest, response: ServerResponse): Promise<void> {
    const { principal, body } = request
    const query = parse(request.url!.slice(pathIn(request).length + 1))
    const reply = await handler({ source: request, response, principal, locals: {}, body, query })
    if (reply === TAKEN_OVER) return
    const { status, headers, body: text } = written(reply)
    response.statusCode = status
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    response.end(text)
  }
}

function mounted(prefix: string, middleware: Middleware): Middleware {
  return (request, response, next) => {
    const path = pathIn(request)
    if (path === prefix || path.startsWith(`${prefix}/`)) middleware(request, response, next)
    else next()
  }
}

function pathIn({ url = '/' }: PlainRequest): string {
  return url.split('?')[0]!
}

async function readJson(request: PlainRequest): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString()
  try {
    if (text !== '') request.body = JSON.parse(text)
  } catch {
    throw Object.assign(new SyntaxError('no JSON'), { status: 400 })
  }
}

const parseJson: Middleware = (request, _, next) => {
  readJson(request).then(() => next(), next)
}

function rewriteWith(rewrite: (path: string) => string): Middleware {
  return (request, _, next) => {
    request.url = rewrite(request.url!)
    next()
  }
}

const notFound: Middleware = (_, response) => {
  response.statusCode = 404
  response.end('nothing here')
}
