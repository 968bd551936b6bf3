import type { IncomingMessage, ServerResponse } from 'node:http'

import type { AnyGuard, InOrder } from '@ashlar/core'
import { type Port, run, stepsOf } from '@ashlar/core/adapter'

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
  return (...guards) => middlewareOf(port, guards as readonly AnyGuard[])
}

export function middlewareOf(port: Port<NodeContext>, guards: readonly AnyGuard[]): NodeMiddleware {
  const steps = stepsOf(guards)
  return function protectMiddleware(request, response, next) {
    const passed = run(port, steps, { request, response })
    if (passed === true) next()
    else if (passed !== false) void passed.then((settled) => settled && next())
  }
}
