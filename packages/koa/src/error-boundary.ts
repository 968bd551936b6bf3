import { type AdapterSettings, type Port, problemOf, removeContentHeaders } from '@ashlar/core/adapter'

import type { KoaContext } from './koa-port.ts'
import type { KoaMiddleware } from './protect.ts'

/**
 * The first `app.use`: answers what later middleware throws with an RFC 9457 problem. Clients' errors keep their status;
 * everything else is 500. Messages and stacks are told in development only.
 */
export type KoaErrorBoundary = () => KoaMiddleware

/** Binds `errorBoundary` to an adapter's settings. */
export function errorBoundaryWith(settings: AdapterSettings, port: Port<KoaContext>): KoaErrorBoundary {
  return function errorBoundary(): KoaMiddleware {
    return async function errorBoundaryMiddleware(context, next) {
      try {
        await next()
      } catch (error) {
        // Too late for an answer of ours; Koa closes the connection.
        if (context.res.headersSent) throw error
        const problem = problemOf(error, settings)
        if (problem.status >= 500) port.report(context, error)
        removeContentHeaders(context.res)
        port.answer(context, { status: problem.status, problem })
      }
    }
  }
}
