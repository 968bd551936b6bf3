import type { MessagePort } from 'node:worker_threads'

import { SocketStandIn } from './socket-stand-in.ts'

/** A connection to a database in another thread, in the place of a socket. */
export class PortStream extends SocketStandIn {
  readonly #port: MessagePort

  constructor(port: MessagePort) {
    super()
    this.#port = port
    port.on('message', (bytes: Uint8Array) => this.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)))
    port.on('close', () => this.destroy())
  }

  override ref(): void {
    this.#port.ref()
  }
  override unref(): void {
    this.#port.unref()
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#port.postMessage(chunk)
    done()
  }

  /** What was written in one go goes in one message. */
  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: () => void): void {
    this.#port.postMessage(Buffer.concat(chunks.map(({ chunk }) => chunk)))
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.push(null)
    this.#port.close()
    done(error)
  }
}
