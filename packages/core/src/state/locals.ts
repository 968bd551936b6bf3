import type { IncomingMessage } from 'node:http'

import { exchangeOf } from './carried-exchange.ts'
import { slotValue } from './late.ts'

/**
 * Offers the late slots of these names to templates, the framework's own way: on `res.locals` and `ctx.state`. Nothing is
 * made until one is read. What the app has put there under the same name stands.
 */
export function offerLocals(target: object | undefined, names: Iterable<string>, raw: IncomingMessage): void {
  if (target === undefined) return
  for (const name of names) {
    if (Object.hasOwn(target, name)) continue
    Object.defineProperty(target, name, {
      get: () => slotValue(exchangeOf(raw)?.state ?? {}, name, raw),
      set: (value: unknown) => Object.defineProperty(target, name, { value, writable: true }),
      enumerable: true,
      configurable: true,
    })
  }
}
