import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'

import { ConfigurationError } from '@ashlar/core'
import { errorText } from '@ashlar/core/adapter'

type Middleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void

/**
 * The header fields that a middleware of helmet sets, by their names in lower case: it runs once, here, and what it has set
 * is sent from then on without it (ADR 0009).
 * @param make makes the middleware, so that what helmet refuses is told like any other wrong option
 * @throws ConfigurationError `ERR_OPTION_INVALID`
 */
export function helmetHeaders(where: string, make: () => Middleware): Record<string, string> {
  // Node's own response, so that helmet may use all of it, and node checks each field.
  const request = new IncomingMessage(new Socket())
  const response = new ServerResponse(request)
  let passed = false
  try {
    make()(request, response, (error) => {
      if (error !== undefined) throw error
      passed = true
    })
  } catch (cause) {
    throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: helmet refuses it: ${errorText(cause)}`, {
      where,
      cause,
    })
  }
  if (!passed) throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: helmet did not finish at once.`, { where })
  return Object.fromEntries(Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]))
}
