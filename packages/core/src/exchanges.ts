import type { IncomingMessage } from 'node:http'

import type { Exchange } from './exchange.ts'

/** On the global object and by a registered symbol, so that two copies of this package share one map. */
const KEY = Symbol.for('@ashlar/core exchanges 1')
const shared = globalThis as { [KEY]?: WeakMap<IncomingMessage, Exchange> }

export const exchanges: WeakMap<IncomingMessage, Exchange> = (shared[KEY] ??= new WeakMap())

export function exchangeFor(raw: IncomingMessage): Exchange | undefined {
  return exchanges.get(raw)
}
