import type { IncomingMessage, ServerResponse } from 'node:http'

import { type AnyGuard, ConfigurationError, type InOrder } from '@ashlar/core'
import { type Port, run, type Step, stepsOfSome, turnAway } from '@ashlar/core/adapter'

import type { NodeContext } from './node-port.ts'

export type Next = (error?: unknown) => void

/**
 * Middleware of the Connect and Express kind. It asks for no more than node's own request, since Express takes what it says of
 * `params` and `body` for their type in every handler behind it.
 */
export type NodeMiddleware = (request: IncomingMessage, response: ServerResponse, next: Next) => void

/** Guards as middleware: `protect(...guards)(request, response, next)`. */
export type NodeProtect = <const Guards extends readonly AnyGuard[]>(
  ...guards: Guards & InOrder<Guards>
) => NodeMiddleware

/** Binds `protect` to a port. */
export function protectWith(port: Port<NodeContext>): NodeProtect {
  return (...guards) => middlewareOf(port, stepsOfSome('protect()', guards as readonly AnyGuard[]))
}

export function middlewareOf(port: Port<NodeContext>, steps: readonly Step[]): NodeMiddleware {
  return function protectMiddleware(request, response, next) {
    if (typeof next !== 'function') throw elsewhere()
    const context = { request, response }
    const passed = run(port, steps, context)
    if (passed === true) next()
    else if (passed !== false) void passed.then((settled) => settled && proceed(next, port, context))
  }
}

/** Whoever has called the middleware is gone by now, so nobody but us can answer for what comes next. */
function proceed(next: Next, port: Port<NodeContext>, context: NodeContext): void {
  try {
    next()
  } catch (error) {
    turnAway(port, context, error)
  }
}

function elsewhere(): ConfigurationError {
  return new ConfigurationError(
    'ERR_MIDDLEWARE_MISUSED',
    'protect() made middleware of the kind (request, response, next), which was called otherwise. In Koa apps, import it from @ashlar/koa.',
  )
}
