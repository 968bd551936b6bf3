import { SocketStandIn } from './socket-stand-in.ts'
import { cString, errorResponse, greeting, message, readyForQuery } from './wire-messages.ts'

/** What a connection needs of the engine. */
export interface Host {
  run(connection: EngineConnection, bytes: Buffer): void
  closed(connection: EngineConnection, statements: Iterable<string>): void
}

/** Where a server begins to answer: Query, Sync, Flush, and the two ends of a COPY. */
const ANSWERED = new Set('QSHcf')
/** PostgreSQL in this process would end when it waits for data of a client. */
const COPY_IN = /(?:^|;)\s*(?:(?:--[^\n]*\n|\/\*(?:(?!\*\/)[\s\S])*\*\/)\s*)*copy\b[^;]*\bfrom\s+stdin\b/i

let named = 0

/** The server's end of a client's connection, in the place of a socket. */
export class EngineConnection extends SocketStandIn {
  user = 'postgres'
  readonly #host: Host
  readonly #serverVersion: string
  /** Prepared statements belong to a connection; in the session that all share each has a name of its own. */
  readonly #statements = new Map<string, string>()
  #started = false
  #rest: Buffer = Buffer.alloc(0)
  #batch: Buffer[] = []
  #copies = false

  constructor(host: Host, serverVersion: string) {
    super()
    this.#host = host
    this.#serverVersion = serverVersion
  }

  /** Of the engine. Comes later than what it answers, as it would from a server: the client may be reading still. */
  answer(bytes: Buffer): void {
    queueMicrotask(() => {
      if (!this.destroyed) this.push(bytes)
    })
  }

  /** Says a last word. */
  dismiss(bytes: Buffer): void {
    this.answer(bytes)
    queueMicrotask(() => this.destroy())
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    if (!this.#started) this.#start()
    while (this.#started && !this.destroyed) {
      const length = this.#rest.length < 5 ? Number.POSITIVE_INFINITY : 1 + this.#rest.readInt32BE(1)
      if (this.#rest.length < length) break
      this.#take(this.#rest.subarray(0, length))
      this.#rest = this.#rest.subarray(length)
    }
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.push(null)
    this.#host.closed(this, this.#statements.values())
    done(error)
  }

  /** The start-up message has no letter. It says who the client is. */
  #start(): void {
    if (this.#rest.length < 4) return
    const length = this.#rest.readInt32BE(0)
    if (this.#rest.length < length) return
    const words = this.#rest.subarray(8, length).toString().split('\0')
    const at = words.findIndex((word, index) => index % 2 === 0 && word === 'user')
    this.user = words[at + 1] || this.user
    this.#rest = this.#rest.subarray(length)
    this.#started = true
    this.answer(greeting(this.#serverVersion))
  }

  #take(part: Buffer): void {
    const type = String.fromCharCode(part[0]!)
    if (type === 'X') {
      this.destroy()
      return
    }
    this.#batch.push(this.#withOwnNames(type, part))
    if (!ANSWERED.has(type)) return
    const bytes = Buffer.concat(this.#batch.splice(0))
    if (!this.#copies) {
      this.#host.run(this, bytes)
      return
    }
    this.#copies = false
    const trouble = { code: '0A000', message: 'COPY FROM STDIN does not work on an embedded database: use INSERT' }
    this.answer(Buffer.concat([errorResponse('ERROR', trouble), readyForQuery()]))
  }

  /** Query, Parse, Bind, Describe and Close, each with the names that the session knows. */
  #withOwnNames(type: string, part: Buffer): Buffer {
    const body = part.subarray(5)
    const rename = (start: number): Buffer => {
      const end = body.indexOf(0, start)
      if (end === start) return part
      const name = this.#ownName(body.toString('utf8', start, end))
      return message(type, body.subarray(0, start), cString(name), body.subarray(end + 1))
    }
    switch (type) {
      case 'Q':
        this.#copies ||= COPY_IN.test(body.toString('utf8', 0, body.length - 1))
        return part
      case 'P': {
        const text = body.indexOf(0) + 1
        this.#copies ||= COPY_IN.test(body.toString('utf8', text, body.indexOf(0, text)))
        return rename(0)
      }
      case 'B':
        return rename(body.indexOf(0) + 1)
      case 'D':
      case 'C':
        // Of a statement, or of a portal, which has no name that outlives an exchange.
        return body[0] === 0x53 ? rename(1) : part
      default:
        return part
    }
  }

  #ownName(name: string): string {
    let own = this.#statements.get(name)
    if (own === undefined) {
      own = `statement ${++named}`
      this.#statements.set(name, own)
    }
    return own
  }
}
