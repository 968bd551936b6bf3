import type { IncomingMessage } from 'node:http'
import { types } from 'node:util'

import { contain } from '../trouble/contain.ts'
import { exchangeOf } from './carried-exchange.ts'
import type { SlotValues } from './slot-values.ts'

/** Registered, so that what another copy of this package has put into a slot is known for what it is. */
const LATE = Symbol.for('@ashlar/core late 1')

/** Stands in a slot in the place of a value that is made when it is first read. */
export class Late<Value> {
  readonly make: (raw: IncomingMessage) => Value
  readonly made: boolean

  static {
    Object.defineProperty(Late.prototype, LATE, { value: true })
  }

  constructor(make: (raw: IncomingMessage) => Value, made = false) {
    this.make = make
    this.made = made
  }
}

export function isLate(value: unknown): value is Late<unknown> {
  return typeof value === 'object' && value !== null && (value as { readonly [LATE]?: true })[LATE] === true
}

/** What a slot holds; made now where nobody has read it before, and the same ever after. */
export function slotValue(slots: SlotValues, name: string, raw: IncomingMessage): unknown {
  const held = slots[name]
  if (!isLate(held)) return held
  const value = held.make(raw)
  if (held.made) return value
  slots[name] = new Late(() => value, true)
  // Templates read what they never wait for. No other thenable is touched: some begin their work when they are waited for.
  if (types.isPromise(value)) {
    contain(
      () => value,
      (error) => exchangeOf(raw)?.report(error),
    )
  }
  return value
}
