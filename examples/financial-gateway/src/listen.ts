import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Starts to listen; a port that is taken or not allowed is one clear line. */
export async function listen(server: Server, host: string, port: number): Promise<string> {
  const listening = once(server, 'listening')
  server.listen(port, host)
  try {
    await listening
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const reason = code === 'EADDRINUSE' ? 'it is taken' : code === 'EACCES' ? 'it is not allowed' : String(code)
    throw new Error(`Can't listen on ${host}:${port}: ${reason}. Choose another with HOST and PORT.`)
  }
  const { address, family, port: actual } = server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${actual}`
}
