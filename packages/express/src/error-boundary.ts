import type { ServerResponse } from 'node:http'

import { type AdapterSettings, problemOf } from '@ashlar/core'
import { reportError, sendAnswer } from '@ashlar/node'

import type { ExpressRequest } from './express-port.ts'
import type { Next } from './protect.ts'

export type ExpressErrorMiddleware = (
  error: unknown,
  request: ExpressRequest,
  response: ServerResponse,
  next: Next,
) => void

/**
 * The last `app.use`: answers what handlers throw with an RFC 9457 problem. Clients' errors keep their status; everything
 * else is 500. Messages and stacks are told in development only.
 */
export type ExpressErrorBoundary = () => ExpressErrorMiddleware

/** Binds `errorBoundary` to an adapter's settings. */
export function errorBoundaryWith(settings: AdapterSettings): ExpressErrorBoundary {
  return function errorBoundary(): ExpressErrorMiddleware {
    // Express knows an error handler by its four parameters.
    return function errorBoundaryMiddleware(error, request, response, next) {
      const problem = problemOf(error, settings)
      if (problem.status >= 500) reportError(settings, error)
      if (response.headersSent) next(error)
      else sendAnswer(request, response, { status: problem.status, problem, body: JSON.stringify(problem) })
    }
  }
}
