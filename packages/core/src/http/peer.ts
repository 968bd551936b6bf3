import type { AddressInfo, Socket } from 'node:net'

/** What stands for the address of whoever is at the other end of a Unix socket, who has none. */
export const UNIX_SOCKET = 'unix'

/** The part of a socket that is looked at. Stand-ins for one may have none of it. */
type Ends = Partial<Pick<Socket, 'remoteAddress' | 'localAddress' | 'destroyed'>> & {
  /** The server that took the connection; node sets it. */
  readonly server?: { address?(): AddressInfo | string | null }
}

/**
 * The other end of a connection: its address, `UNIX_SOCKET`, or `undefined` where that is lost, as after a reset. To be read as
 * soon as there is a request, since it may be lost a moment later.
 */
export function peerOf(socket: Ends | undefined): string | undefined {
  return socket?.remoteAddress ?? (socket && isUnix(socket) ? UNIX_SOCKET : undefined)
}

/** A connection over TCP that has lost its peer has an end of its own, and a server with a port. */
function isUnix({ localAddress, destroyed, server }: Ends): boolean {
  if (destroyed || localAddress !== undefined) return false
  const address = server?.address?.()
  return typeof address !== 'object' || address === null
}
