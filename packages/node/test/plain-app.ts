import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

import type { AnyGuard } from '@ashlar/core'
import { type AppUnderTest, type RouteUnderTest, serve, TAKEN_OVER } from '@ashlar/testkit'

import { answerError } from '../src/index.ts'
import type { Next, NodeMiddleware } from '../src/protect.ts'

interface PlainRequest extends IncomingMessage {
  principal?: unknown
  body?: unknown
}
type Middleware = (request: PlainRequest, response: ServerResponse, next: Next) => void

/** A few lines of middleware over `node:http`, as people write them who need no framework. */
export function plainApp(
  app: AppUnderTest,
  protect: (...guards: readonly AnyGuard[]) => NodeMiddleware,
): RequestListener {
  const { guards = [], routes = [], mount = '', rewrite, bodyParser, errorBoundary, options } = app
  const settings = { ...options, development: options?.development ?? false } as Parameters<typeof answerError>[0]
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
  protect: (...guards: readonly AnyGuard[]) => NodeMiddleware,
): Middleware {
  const guarded = protect(...guards)
  const pattern = new RegExp(`^${mount}${path.replace(/:\w+/g, '[^/]+')}$`)
  return (request, response, next) => {
    const isHead = request.method === 'HEAD' && method === 'GET'
    if (!(isHead || request.method === method) || !pattern.test(request.url!.split('?')[0]!)) {
      next()
      return
    }
    guarded(request, response, () => void handle(request, response).catch((error: unknown) => next(error ?? 'nothing')))
  }

  async function handle(request: PlainRequest, response: ServerResponse): Promise<void> {
    const { principal, body } = request
    const reply = await handler({ source: request, response, principal, body })
    if (reply === TAKEN_OVER) return
    response.statusCode = reply.status ?? 200
    for (const [name, value] of Object.entries(reply.headers ?? {})) response.setHeader(name, value)
    response.end(reply.body)
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
