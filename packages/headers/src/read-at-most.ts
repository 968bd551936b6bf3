import type { IncomingMessage } from 'node:http'

/** The answer for a body that is longer than allowed. */
export const TOO_LONG: unique symbol = Symbol('too long')

/**
 * Reads a body of at most `maxBytes`. Rejects when the client goes away. What comes after too much is not kept.
 */
export function readAtMost(request: IncomingMessage, maxBytes: number): Promise<Buffer | typeof TOO_LONG> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return Promise.resolve(TOO_LONG)
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    const settle = (): void => {
      request.off('data', take).off('end', finish).off('error', fail).off('close', fail)
    }
    const take = (chunk: Buffer): void => {
      length += chunk.length
      chunks.push(chunk)
      if (length <= maxBytes) return
      settle()
      request.pause()
      resolve(TOO_LONG)
    }
    const finish = (): void => {
      settle()
      resolve(Buffer.concat(chunks))
    }
    const fail = (): void => {
      settle()
      reject(new Error('The connection closed before the body was complete'))
    }
    if (request.readableEnded) finish()
    else request.on('data', take).on('end', finish).on('error', fail).on('close', fail)
  })
}
