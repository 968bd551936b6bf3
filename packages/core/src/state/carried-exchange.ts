import type { IncomingMessage, ServerResponse } from 'node:http'

import type { Effects } from '../guard/verdict.ts'
import type { SlotValues } from './slot-values.ts'

/** What a request carries once a guard has run for it. */
export interface CarriedExchange {
  readonly state: SlotValues
  /** Does what a verdict wants done besides its answer. */
  apply(effects: Effects): void
  /** Makes the headers final, before they go out with this status. */
  seal(status: number): void
  /** Tells the operator of an error. */
  report(error: unknown): void
  /** The response is over. */
  close(): void
}

/** A registered symbol, so that two copies of this package find the same exchange. */
const EXCHANGE = Symbol.for('@ashlar/core exchange 1')

interface Carrier {
  [EXCHANGE]?: CarriedExchange
}

/** The exchange of a request, once a guard has run for it. */
export function exchangeOf(request: IncomingMessage): CarriedExchange | undefined {
  return carrierOf(request)[EXCHANGE]
}

/** The exchange of a response, once a guard has run for its request. A stand-in for a response may know of no request. */
export function exchangeOfResponse({ req: request }: Partial<ServerResponse>): CarriedExchange | undefined {
  return request && exchangeOf(request)
}

/** Keeps the exchange for as long as its request lives. */
export function carryExchange(request: IncomingMessage, exchange: CarriedExchange): void {
  carrierOf(request)[EXCHANGE] = exchange
}

/**
 * The state of the stream that a request is: the one object of its own that nobody replaces, and whose shape Express leaves
 * alone. A WeakMap, or a property of the request itself, costs more than all the guards of a chain together (ADR 0006). A
 * stand-in for a request may be no stream.
 */
function carrierOf(request: IncomingMessage): Carrier {
  return (request as unknown as { readonly _readableState?: Carrier })._readableState ?? (request as unknown as Carrier)
}
