import type { ServerResponse } from 'node:http'

import { type Added, type AnyGuard, type InOrder, stateOf } from '@ashlar/core'
import { type MethodDecorator, methodDecorator, type Port, stepsOf, turnAway } from '@ashlar/core/adapter'
import { isThenable } from '@ashlar/core/time'
import type { Next, NodeContext, NodeRequest } from '@ashlar/node'
import { middlewareOf } from '@ashlar/node/adapter'

// biome-ignore lint/suspicious/noExplicitAny: the decorated method has the app's own request and response types
export type ExpressMethod = (this: any, request: any, response: any, next: any) => unknown

/**
 * Guards on a controller's `(request, response, next)` method, under standard and legacy decorators, or the default of a class.
 * Without guards it leaves a method open.
 */
export type ExpressDecorator = <const Guards extends readonly AnyGuard[]>(
  ...guards: Guards & InOrder<Guards>
) => MethodDecorator<ExpressMethod>

/** Guards and a handler in one, which receives what the guards added, typed: `handle([order], ({ input }, req, res) => …)`. */
export type ExpressHandle = <
  const Guards extends readonly AnyGuard[],
  Request extends NodeRequest,
  Response extends ServerResponse,
>(
  guards: Guards & InOrder<Guards>,
  handler: (state: Readonly<Added<Guards>>, request: Request, response: Response, next: Next) => unknown,
) => (request: Request, response: Response, next: Next) => void

/** Binds `@Protect` to a port. */
export function decoratorWith(port: Port<NodeContext>): ExpressDecorator {
  return function Protect<const Guards extends readonly AnyGuard[]>(
    ...guards: Guards & InOrder<Guards>
  ): MethodDecorator<ExpressMethod> {
    const middleware = middlewareOf(port, stepsOf(guards as readonly AnyGuard[]))
    return methodDecorator<ExpressMethod>(
      (method) =>
        function protectedMethod(request, response, next) {
          const handler = (): unknown => method.call(this, request, response, next)
          middleware(request, response, () => call(handler, endOf(port, { request, response }, next)))
        },
      guards.length,
    )
  }
}

/** Binds `handle` to a port. */
export function handleWith(port: Port<NodeContext>): ExpressHandle {
  return function handle<
    const Guards extends readonly AnyGuard[],
    Request extends NodeRequest,
    Response extends ServerResponse,
  >(
    guards: Guards & InOrder<Guards>,
    handler: (state: Readonly<Added<Guards>>, request: Request, response: Response, next: Next) => unknown,
  ): (request: Request, response: Response, next: Next) => void {
    const middleware = middlewareOf(port, stepsOf(guards as readonly AnyGuard[]))
    return function handleMiddleware(request, response, next) {
      middleware(request, response, () => {
        call(
          () => handler(stateOf(request) as Added<Guards>, request, response, next),
          endOf(port, { request, response }, next),
        )
      })
    }
  }
}

/** Who is told of a handler's error. An app that calls a method itself, `(req, res) => orders.list(req, res)`, may pass no `next`. */
function endOf(port: Port<NodeContext>, context: NodeContext, next: unknown): Next {
  return typeof next === 'function' ? (next as Next) : (error) => void turnAway(port, context, error)
}

/** Express 4 does not see a handler's rejection, so it is passed on here; a rejection with nothing is an error as well. */
function call(handler: () => unknown, next: Next): void {
  const fail = (error: unknown): void => next(error || new Error('A handler rejected without an error'))
  try {
    const result = handler()
    if (isThenable(result)) result.then(undefined, fail)
  } catch (error) {
    fail(error)
  }
}
