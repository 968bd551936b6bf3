import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

/** What an adapter's `frontDoor` makes. */
export interface Door extends RequestListener {
  checkContinue(request: IncomingMessage, response: ServerResponse): void
  upgrade(listener: UpgradeListener): UpgradeListener
}
