import { ConfigurationError } from '@ashlar/core'
import { type AdapterSettings, makeHeadOfProblem, type Port, problemOf } from '@ashlar/core/adapter'

import type { KoaContext } from './koa-port.ts'
import type { KoaMiddleware } from './protect.ts'

/**
 * The first `app.use`: answers what later middleware throws with an RFC 9457 problem. Clients' errors keep their status;
 * everything else is 500. Messages and stacks are told in development only.
 */
export type KoaErrorBoundary = () => KoaMiddleware

/** Binds `errorBoundary` to an adapter's settings. */
export function errorBoundaryWith(settings: AdapterSettings, port: Port<KoaContext>): KoaErrorBoundary {
  return function errorBoundary(...values: readonly unknown[]): KoaMiddleware {
    if (values.length > 0) throw misused()
    return async function errorBoundaryMiddleware(context, next) {
      try {
        await next()
      } catch (error) {
        const problem = problemOf(error, settings, context.req)
        if (problem.status >= 500) port.report(context, error)
        if (context.res.headersSent) {
          // Too late for an answer, and Koa would leave the connection as it is. One that has been sent whole may be on its way.
          if (!context.res.writableEnded) context.res.destroy()
          return
        }
        makeHeadOfProblem(context.res, problem.status, error)
        port.answer(context, { status: problem.status, problem })
      }
    }
  }
}

/** Uncalled it is middleware that answers nothing and goes nowhere. */
function misused(): ConfigurationError {
  return new ConfigurationError(
    'ERR_MIDDLEWARE_MISUSED',
    'errorBoundary() takes nothing and answers middleware: app.use(errorBoundary()). Options are given to adapter({ … }).',
  )
}
