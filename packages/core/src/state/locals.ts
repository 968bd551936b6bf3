import type { IncomingMessage } from 'node:http'

/** Makes a value for a template when it reads it, and the same one each time. */
export type LateValue<Value> = (raw: IncomingMessage) => Value

/** The slots that hold such values. */
const LATE_SLOTS = ['cspNonce', 'crossSiteToken'] as const

/**
 * Offers the values that templates may ask for, the framework's own way: on `res.locals` and `ctx.state`. Nothing is made
 * until one is read. What the app has put there under the same name stands.
 */
export function offerLocals(
  target: object | undefined,
  state: Readonly<Record<string, unknown>>,
  raw: IncomingMessage,
): void {
  if (target === undefined) return
  for (const name of LATE_SLOTS) {
    const make = state[name]
    if (typeof make !== 'function' || Object.hasOwn(target, name)) continue
    Object.defineProperty(target, name, {
      get: () => (make as LateValue<unknown>)(raw),
      set: (value: unknown) => Object.defineProperty(target, name, { value, writable: true }),
      enumerable: true,
      configurable: true,
    })
  }
}
