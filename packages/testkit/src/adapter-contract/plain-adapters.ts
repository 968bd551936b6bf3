import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'

import type { AnyGuard } from '@ashlar/core'
import { type AdapterOptions, type AdapterSettings, adapterSettings } from '@ashlar/core/adapter'

import type { Door } from '../test-apps/door.ts'
import { type AdapterUnderTest, type AppUnderTest, type RouteUnderTest, serve, TAKEN_OVER, written } from './app.ts'

interface PlainRequest extends IncomingMessage {
  principal?: unknown
  body?: unknown
}
type Next = (error?: unknown) => void
type Middleware = (request: PlainRequest, response: ServerResponse, next: Next) => void

/** The part of `@ashlar/node` that is put to the test. */
export interface NodePackage {
  adapter(options?: AdapterOptions): {
    protect(...guards: readonly AnyGuard[]): Middleware
    frontDoor(app: RequestListener, ...guards: readonly AnyGuard[]): Door
  }
  requireFrontDoor(): AnyGuard
  answerError(settings: AdapterSettings, response: ServerResponse, error: unknown): void
}

/** Plain node by middleware, and behind the front door. */
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
        const { guards = [], upgrade, options } = app
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
  const { guards = [], routes = [], mount = '', rewrite, bodyParser, errorBoundary, options = {} } = app
  const { protect } = adapter(options)
  const settings = adapterSettings(options)
  const stack: Middleware[] = [
    ...(guards.length > 0 ? [protect(...guards)] : []),
    ...(bodyParser ? [parseJson] : []),
    ...(rewrite ? [rewriteWith(rewrite)] : []),
    ...routes.map((route) => routeTo(route, mount, protect)),
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
    if (!(isHead || method === 'ALL' || request.method === method) || !pattern.test(request.url!.split('?')[0]!)) {
      next()
      return
    }
    guarded(request, response, () => void handle(request, response).catch((error: unknown) => next(error ?? 'nothing')))
  }

  async function handle(request: PlainRequest, response: ServerResponse): Promise<void> {
    const { principal, body } = request
    const reply = await handler({ source: request, response, principal, locals: {}, body })
    if (reply === TAKEN_OVER) return
    const { status, headers, body: text } = written(reply)
    response.statusCode = status
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    response.end(text)
  }
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
