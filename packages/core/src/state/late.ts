import type { IncomingMessage } from 'node:http'

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
  // Templates read what they never wait for.
  if (mayEndTheProcess(value)) {
    contain(
      () => value,
      (error) => exchangeOf(raw)?.report(error),
    )
  }
  return value
}

/** Only the language's own promises do when nobody waits for them; other thenables may begin their work when somebody does. */
function mayEndTheProcess(value: unknown): value is PromiseLike<unknown> {
  return Object.prototype.toString.call(value) === '[object Promise]'
}
