import { Duplex } from 'node:stream'
import type { MessagePort } from 'node:worker_threads'

/** A connection to a database in another thread, in the place of a socket. */
export class PortStream extends Duplex {
  readonly #port: MessagePort

  constructor(port: MessagePort) {
    super()
    this.#port = port
    port.on('message', (bytes: Uint8Array) => this.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)))
    port.on('close', () => this.destroy())
  }

  connect(): this {
    process.nextTick(() => this.emit('connect'))
    return this
  }
  setNoDelay(): void {}
  setKeepAlive(): void {}
  ref(): void {
    this.#port.ref()
  }
  unref(): void {
    this.#port.unref()
  }

  override _read(): void {}

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
