import type { IncomingMessage, ServerResponse } from 'node:http'

import { warn } from '@ashlar/core'
import { type AdapterSettings, type Answer, contain, errorText, type Port } from '@ashlar/core/adapter'
import { trustNone } from '@ashlar/core/http'

/** The part of a Koa 2 or Koa 3 context that guards need. */
export interface KoaContext {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly originalUrl: string
  readonly path: string
  readonly query: Readonly<Record<string, unknown>>
  readonly app: { rawListeners(event: string): readonly unknown[] }
  readonly state: object
  status: number
  body: unknown
  type: string
  set(name: string, value: string): void
}

/** What routers and body parsers leave on a context or its request. */
interface Furnished extends KoaContext {
  readonly params?: Readonly<Record<string, string>>
  readonly mountPath?: string
  readonly newRouterPath?: string
  /** `@koa/router`, `koa-router`: the pattern of what runs now, and all that runs for this path. */
  readonly _matchedRoute?: unknown
  readonly matched?: readonly { readonly path: unknown; readonly methods?: readonly string[] }[]
  readonly request?: { readonly body?: unknown }
}

export function koaPort(settings: AdapterSettings): Port<KoaContext> {
  return {
    request: (context) => context.req,
    response: (context) => context.res,
    target: (context) => context.originalUrl,
    stillAt: (context, path) => isStillAt(context as Furnished, path),
    query: (context) => context.query,
    route: (context) => routeOf(context as Furnished),
    params: (context) => (routeOf(context as Furnished) === undefined ? undefined : (context as Furnished).params),
    body: (context) => (context as Furnished).request?.body,
    // Koa's own `app.proxy` believes whatever the caller wrote leftmost, so it is not followed.
    trust: () => settings.trust ?? trustNone,
    answer: answerThroughContext,
    expose(context, state) {
      if (state['principal'] !== undefined) (context.state as { principal?: unknown }).principal = state['principal']
    },
    locals: (context) => context.state,
    report(context, error) {
      if (settings.onError) contain(() => settings.onError?.(error))
      else emitError(context, asError(error))
    },
    guardTimeoutMs: settings.guardTimeoutMs,
  }
}

/** Through `ctx.body`, so that outer middleware sees the refusal. */
function answerThroughContext(context: KoaContext, { status, problem, body }: Answer): void {
  context.status = status
  context.body = problem ?? (body instanceof Uint8Array ? Buffer.from(body) : (body ?? null))
  if (problem) {
    context.type = 'application/problem+json'
    context.set('Cache-Control', 'no-store')
  } else if (body === undefined) {
    // A null body makes Koa answer 204.
    context.status = status
  }
}

/** Tells the app's listeners, each by itself: of one that rejects, `emit` would make the end of the process. */
function emitError(context: KoaContext, error: Error): void {
  const listeners = context.app.rawListeners('error')
  if (listeners.length === 0) nobodyListens(error)
  for (const listener of listeners) {
    contain(() => (listener as (...values: unknown[]) => unknown).call(context.app, error, context))
  }
}

/** Koa itself listens where the app does not, once the app is served. */
function nobodyListens(error: Error): void {
  warn('ERR_BACKGROUND_FAILURE', `A request was refused, and nobody listens to the app's errors: ${errorText(error)}`)
}

/** Koa's own listener throws at anything else. */
function asError(value: unknown): Error {
  return value instanceof Error ? value : new Error('Something that is no error was thrown', { cause: value })
}

/** None in what a router runs for all of its routes, `router.use(…)`: it is for no method, and knows none of their parameters. */
function routeOf({ _matchedRoute: route, matched }: Furnished): string | undefined {
  if (route === undefined) return undefined
  if (Array.isArray(matched) && !matched.some(({ path, methods }) => path === route && methods?.length !== 0))
    return undefined
  return String(route)
}

/**
 * `koa-mount` takes its prefix off the path and names it; two of them name only the inner one. `@koa/router` follows
 * another path when middleware asks it to.
 */
function isStillAt({ path: current, mountPath: mount, newRouterPath }: Furnished, path: string): boolean {
  if (newRouterPath !== undefined && newRouterPath !== current) return false
  return (
    current === path ||
    (mount !== undefined && path.endsWith(mount + current)) ||
    (mount !== undefined && current === '/' && path.endsWith(mount))
  )
}
