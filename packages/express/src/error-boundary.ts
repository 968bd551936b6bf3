import type { ServerResponse } from 'node:http'

import { ConfigurationError } from '@ashlar/core'
import type { AdapterSettings } from '@ashlar/core/adapter'
import type { Next, NodeRequest } from '@ashlar/node'
import { answerError } from '@ashlar/node/adapter'

export type ExpressErrorMiddleware = (
  error: unknown,
  request: NodeRequest,
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
  return function errorBoundary(...values: readonly unknown[]): ExpressErrorMiddleware {
    if (values.length > 0) throw misused()
    // Express knows an error handler by its four parameters.
    return function errorBoundaryMiddleware(error, _request, response, _next) {
      answerError(settings, response, error)
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
