import type { IncomingMessage, ServerResponse } from 'node:http'

/** One chunk of a socket: usually here already, and cheaper to read than a new connection is to open. */
const MAX_DISCARDED_BYTES = 65_536

/**
 * What a refused request has left of its body must be read before the connection can serve another one. A short rest is;
 * for a long or endless one the connection is closed after the answer.
 */
export function closeUnlessShort(request: IncomingMessage, response: ServerResponse): void {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers
  if (encoding === undefined && Number(length) <= MAX_DISCARDED_BYTES) return
  if (!request.complete && !response.headersSent) response.setHeader('Connection', 'close')
}
