import type { IncomingMessage } from 'node:http'

import { callback } from '../options/callback.ts'
import { OptionPlace } from '../options/option-place.ts'
import { Late } from './late.ts'
import { type Slot, slot } from './state.ts'

/** A slot whose value is made when it is first read, of what the guard had given. */
export interface LateSlot<Value, Given> extends Slot<Value> {
  /** What the guard adds: `allow({ nonce: nonce.from(policy) })`. May be made once, for all requests. */
  from(given: Given): Late<Value>
}

/**
 * A slot for what is worth making only where it is read, such as a nonce: `nonce.of(request)` makes it the first time and
 * gives the same one ever after. Templates find it under the slot's name on `res.locals` and `ctx.state`.
 * @param make makes the value of what the guard had given and the request; may `amend` the response
 * @example
 * const receipt = lateSlot('receipt', (prefix: string) => `${prefix}-${randomUUID()}`)
 * const receipts = guard({
 *   name: 'receipts',
 *   layer: 'custom',
 *   reads: 'head',
 *   adds: { receipt },
 *   check: () => allow({ receipt: receipt.from('shop') }),
 * })
 */
export function lateSlot<Value, Given>(
  name: string,
  make: (given: Given, raw: IncomingMessage) => Value,
): LateSlot<Value, Given> {
  callback()(make, new OptionPlace('lateSlot()', 'make'))
  return Object.freeze({
    ...slot<Value>(name),
    from: (given: Given) => Object.freeze(new Late((raw) => make(given, raw))),
  })
}
