import type { IncomingMessage, ServerResponse } from 'node:http'

import { type AnyGuard, type InOrder, type Port, run, stepsOf } from '@ashlar/core'

import type { NodeContext } from './node-port.ts'

/** Middleware of the connect kind. */
export type NodeMiddleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void

/** `protect(...guards)(request, response, next)` */
export type NodeProtect = <const Guards extends readonly AnyGuard[]>(
  ...guards: Guards & InOrder<Guards>
) => NodeMiddleware

/** Binds `protect` to a port. */
export function protectWith(port: Port<NodeContext>): NodeProtect {
  return (...guards) => middlewareOf(port, guards as readonly AnyGuard[])
}

function middlewareOf(port: Port<NodeContext>, guards: readonly AnyGuard[]): NodeMiddleware {
  const steps = stepsOf(guards)
  return function protectMiddleware(request, response, next) {
    const passed = run(port, steps, { request, response })
    if (passed === true) next()
    else if (passed !== false) void passed.then((settled) => settled && next())
  }
}
