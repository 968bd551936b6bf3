import type { IncomingMessage, ServerResponse } from 'node:http'

import type { Exchange } from './exchange.ts'

/** A registered symbol, so that two copies of this package find the same exchange. */
const EXCHANGE = Symbol.for('@ashlar/core exchange 1')

interface Carrier {
  [EXCHANGE]?: Exchange
}

/** The exchange of a request or its response, once a guard has run for it. */
export function exchangeOf(raw: IncomingMessage | ServerResponse): Exchange | undefined {
  return (raw as Carrier)[EXCHANGE]
}

/** One property under a symbol: a WeakMap would cost more than all the guards of a chain together (ADR 0006). */
export function carryExchange(exchange: Exchange): void {
  ;(exchange.request.raw as Carrier)[EXCHANGE] = exchange
  ;(exchange.response as Carrier)[EXCHANGE] = exchange
}
