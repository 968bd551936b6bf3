import type { IncomingMessage, Server } from 'node:http'

import { warn } from '@ashlar/core'

/** By what else node hands a request to whoever listens, and not to the listener of requests. */
const PASSAGES: readonly string[] = ['checkContinue', 'checkExpectation']

/**
 * Looks at each server on its first request, and warns where somebody else listens for what node does not hand to the door.
 * @param own the door's own listeners
 */
export function passageNotice(...own: readonly unknown[]): (request: IncomingMessage) => void {
  let seen: Server | undefined
  return ({ socket }) => {
    const { server } = socket as { readonly server?: Server }
    if (server === seen) return
    seen = server
    for (const event of PASSAGES) {
      if (server?.listeners(event).every((listener) => own.includes(listener)) !== false) continue
      warn(
        'ERR_FRONT_DOOR_SKIPPED',
        `Somebody else listens for "${event}" on the server, so requests with an Expect header may pass the front door. Use server.on('checkContinue', door.checkContinue) and server.on('checkExpectation', door).`,
      )
    }
  }
}
