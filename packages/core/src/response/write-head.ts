import { ServerResponse } from 'node:http'

import { exchangeOfResponse } from '../state/carried-exchange.ts'

type WriteHead = (this: ServerResponse, ...head: unknown[]) => ServerResponse

/** Marks a prototype of a framework whose `writeHead` makes guarded headers final. Registered, so that two copies do it once. */
const SEALING = Symbol.for('@ashlar/core sealing 1')

/**
 * From now on the guarded headers of this response are made final before they go out: every way to send headers in node
 * ends in `writeHead`. A response of Express has a prototype of its app's own, which is there to be extended, so it is
 * extended once: a property added to the response itself would cost more than all its headers.
 * @param prototype the one that the response has, or will have by then
 */
export function sealBeforeWriteHead(
  response: ServerResponse,
  prototype: ServerResponse = Object.getPrototypeOf(response) as ServerResponse,
): void {
  if (Object.hasOwn(response, 'writeHead')) response.writeHead = sealThen(response.writeHead as WriteHead)
  else if (prototype === ServerResponse.prototype) response.writeHead = SEAL_THEN_WRITE
  else if (!Object.hasOwn(prototype, SEALING)) {
    Object.defineProperty(prototype, SEALING, { value: true })
    prototype.writeHead = sealThen(prototype.writeHead as WriteHead)
  }
}

/** Makes the guarded headers of a response final, which is about to go out with this status. */
export function sealHead(response: ServerResponse, status: number): void {
  exchangeOfResponse(response)?.seal(status)
}

function sealThen(writeHead: WriteHead): ServerResponse['writeHead'] {
  const replacement: WriteHead = function (...head) {
    sealHead(this, typeof head[0] === 'number' ? head[0] : this.statusCode)
    return writeHead.apply(this, head)
  }
  return replacement as ServerResponse['writeHead']
}

/** One function for all plain responses, so that none is made for each. */
const SEAL_THEN_WRITE: ServerResponse['writeHead'] = sealThen(function (this: ServerResponse, ...head) {
  return (ServerResponse.prototype.writeHead as WriteHead).apply(this, head)
})
