import type { IncomingMessage, RequestListener } from 'node:http'
import type { Duplex } from 'node:stream'

type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

/** What an adapter's `frontDoor` makes. */
export interface Door extends RequestListener {
  upgrade(listener: UpgradeListener): UpgradeListener
}
