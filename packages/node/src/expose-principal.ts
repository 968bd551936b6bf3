import { IncomingMessage } from 'node:http'

import { principal as principalSlot } from '@ashlar/core'

/** Prototypes of frameworks whose requests have a `principal`. */
const extended: WeakSet<object> = new WeakSet()

/**
 * Makes the principal reachable as `request.principal`. A request of Express has a prototype of its app's own, which is
 * there to be extended, so it is extended once: a property added to the request itself would cost more than the look-up.
 * @param prototype the one that the request has, or will have when the app reads it
 */
export function exposePrincipal(
  request: IncomingMessage,
  principal: unknown,
  prototype: object = Object.getPrototypeOf(request) as object,
): void {
  if (extended.has(prototype) && !Object.hasOwn(request, 'principal')) return
  if (prototype === IncomingMessage.prototype || 'principal' in prototype || 'principal' in request) {
    ;(request as { principal?: unknown }).principal = principal
    return
  }
  extended.add(prototype)
  Object.defineProperty(prototype, 'principal', {
    get(this: IncomingMessage) {
      return principalSlot.find(this)
    },
    set(this: IncomingMessage, value: unknown) {
      Object.defineProperty(this, 'principal', { value, writable: true, enumerable: true, configurable: true })
    },
    configurable: true,
  })
}
