import { Duplex } from 'node:stream'

/** What `pg` asks of a socket beyond a stream, for one that leads to a database in this process. */
export class SocketStandIn extends Duplex {
  /** One whose server is not there. */
  static failed(error: Error): SocketStandIn {
    return new SocketStandIn().destroy(error)
  }

  connect(): this {
    process.nextTick(() => {
      if (!this.destroyed) this.emit('connect')
    })
    return this
  }

  setNoDelay(): void {}
  setKeepAlive(): void {}
  ref(): void {}
  unref(): void {}

  override _read(): void {}
}
