import type { ServerResponse } from 'node:http'

import {
  type Added,
  type AnyGuard,
  type InOrder,
  type MethodDecorator,
  methodDecorator,
  type Port,
  run,
  stateOf,
  stepsOf,
} from '@ashlar/core'

import type { ExpressContext, ExpressRequest } from './express-port.ts'

export type Next = (error?: unknown) => void
export type ExpressMiddleware = (request: ExpressRequest, response: ServerResponse, next: Next) => void

// biome-ignore lint/suspicious/noExplicitAny: the decorated method has the app's own request and response types
export type ExpressMethod = (this: any, request: any, response: any, next: any) => unknown

/** Guards as middleware: `app.use(protect(…))`, `app.get('/orders', protect(…), handler)`. */
export type ExpressProtect = <const Guards extends readonly AnyGuard[]>(
  ...guards: Guards & InOrder<Guards>
) => ExpressMiddleware

/** Guards on a controller's `(request, response, next)` method, under standard and legacy decorators. */
export type ExpressDecorator = <const Guards extends readonly AnyGuard[]>(
  ...guards: Guards & InOrder<Guards>
) => MethodDecorator<ExpressMethod>

/** Guards and a handler in one, which receives what the guards added, typed: `handle([order], ({ input }, req, res) => …)`. */
export type ExpressHandle = <
  const Guards extends readonly AnyGuard[],
  Request extends ExpressRequest,
  Response extends ServerResponse,
>(
  guards: Guards & InOrder<Guards>,
  handler: (state: Readonly<Added<Guards>>, request: Request, response: Response, next: Next) => unknown,
) => (request: Request, response: Response, next: Next) => void

/** Binds `protect` to a port. */
export function protectWith(port: Port<ExpressContext>): ExpressProtect {
  return (...guards) => middlewareOf(port, guards as readonly AnyGuard[])
}

function middlewareOf(port: Port<ExpressContext>, guards: readonly AnyGuard[]): ExpressMiddleware {
  const steps = stepsOf(guards)
  return function protectMiddleware(request, response, next) {
    const passed = run(port, steps, { request, response })
    if (passed === true) next()
    else if (passed !== false) void passed.then((settled) => settled && next())
  }
}

/** Binds `@Protect` to a port. */
export function decoratorWith(port: Port<ExpressContext>): ExpressDecorator {
  return function Protect<const Guards extends readonly AnyGuard[]>(
    ...guards: Guards & InOrder<Guards>
  ): MethodDecorator<ExpressMethod> {
    const middleware = middlewareOf(port, guards as readonly AnyGuard[])
    return methodDecorator<ExpressMethod>(
      (method) =>
        function protectedMethod(request, response, next) {
          middleware(request, response, () => void callHandler(method.bind(this), request, response, next))
        },
    )
  }
}

/** Binds `handle` to a port. */
export function handleWith(port: Port<ExpressContext>): ExpressHandle {
  return function handle<
    const Guards extends readonly AnyGuard[],
    Request extends ExpressRequest,
    Response extends ServerResponse,
  >(
    guards: Guards & InOrder<Guards>,
    handler: (state: Readonly<Added<Guards>>, request: Request, response: Response, next: Next) => unknown,
  ): (request: Request, response: Response, next: Next) => void {
    const middleware = middlewareOf(port, guards as readonly AnyGuard[])
    return function handleMiddleware(request, response, next) {
      middleware(request, response, () => {
        void callHandler(
          (req, res, proceed) => handler(stateOf(req) as Added<Guards>, req, res, proceed),
          request,
          response,
          next,
        )
      })
    }
  }
}

/** Express 4 does not see a handler's rejection, so it is passed on here. */
async function callHandler(handler: ExpressMethod, request: unknown, response: unknown, next: Next): Promise<void> {
  try {
    await handler(request, response, next)
  } catch (error) {
    next(error)
  }
}
