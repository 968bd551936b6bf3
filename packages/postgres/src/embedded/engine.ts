import { EngineConnection } from './engine-connection.ts'
import {
  errorIn,
  errorResponse,
  lastWords,
  messagesIn,
  NOTIFICATION,
  query,
  quotedName,
  READY_FOR_QUERY,
  readyForQuery,
  saysIdle,
} from './wire-messages.ts'

/** The one session of PostgreSQL that all connections share. */
export interface Session {
  /** Carries out what a client has sent. Throws when PostgreSQL has ended, and must not be asked again then. */
  ask(bytes: Uint8Array): Uint8Array
  close(): Promise<void>
  readonly serverVersion: string
}

interface Job {
  readonly connection: EngineConnection
  readonly bytes: Buffer
  readonly since: number
}

const OWNER = 'postgres'
/** How long statements are carried out in a row before timers, sockets and messages get a turn. */
const TURN_MS = 5

/**
 * Lends one session to any number of clients: their statements take turns, and whoever has opened a transaction has the session
 * to himself until it ends. Whoever waits longer than the limit for that is refused; and so is a transaction that was idle all the time.
 */
export class Engine {
  readonly #session: Session
  readonly #limitMs: number
  readonly #failed: (error: Error) => void
  readonly #open = new Set<EngineConnection>()
  #waiting: Job[] = []
  #holder: EngineConnection | undefined = undefined
  #holderIdleSince = 0
  #user = OWNER
  #busy = false
  #ended: Error | undefined = undefined
  #timer: NodeJS.Timeout | undefined = undefined
  #yieldAt = 0

  /** @param failed told once when PostgreSQL ends by itself */
  constructor(session: Session, limitMs: number, failed: (error: Error) => void) {
    this.#session = session
    this.#limitMs = limitMs
    this.#failed = failed
  }

  connect(): EngineConnection {
    const connection = new EngineConnection(this, this.#session.serverVersion)
    this.#open.add(connection)
    if (this.#ended) connection.destroy(this.#ended)
    return connection
  }

  run(connection: EngineConnection, bytes: Buffer): void {
    this.#waiting.push({ connection, bytes, since: performance.now() })
    void this.#takeTurns()
  }

  /** What it has left in the session goes with it. */
  closed(connection: EngineConnection, statements: Iterable<string>): void {
    if (!this.#open.delete(connection)) return
    this.#waiting = this.#waiting.filter((job) => job.connection !== connection)
    const last = [...statements].map((name) => `DEALLOCATE ${quotedName(name)}`)
    if (this.#holder === connection) last.unshift('ROLLBACK')
    const since = performance.now()
    this.#waiting.unshift(...last.map((sql) => ({ connection, bytes: query(sql), since })))
    void this.#takeTurns()
  }

  /** Ends every connection, and PostgreSQL then. */
  async close(): Promise<void> {
    for (const connection of this.#open) connection.destroy()
    // What they have sent is carried out, and what they leave is undone.
    while (this.#busy) await new Promise((resolve) => setImmediate(resolve))
    if (this.#ended) return
    this.#end(new Error('The database is closed.'))
    await this.#session.close()
  }

  #end(error: Error): void {
    this.#ended = error
    this.#waiting = []
    clearTimeout(this.#timer)
    for (const connection of this.#open) connection.destroy(error)
  }

  async #takeTurns(): Promise<void> {
    if (this.#busy || this.#ended) return
    this.#busy = true
    try {
      for (let job = this.#next(); job && !this.#ended; job = this.#next()) {
        this.#perform(job)
        // Statement upon statement would starve everything else.
        if (performance.now() > this.#yieldAt) {
          await new Promise((resolve) => setImmediate(resolve))
          this.#yieldAt = performance.now() + TURN_MS
        }
      }
    } catch (cause) {
      const error = new Error('PostgreSQL has ended.', { cause })
      this.#end(error)
      this.#failed(error)
    } finally {
      this.#busy = false
    }
    this.#watch()
  }

  #next(): Job | undefined {
    const index = this.#holder ? this.#waiting.findIndex(({ connection }) => connection === this.#holder) : 0
    return index < 0 ? undefined : this.#waiting.splice(index, 1)[0]
  }

  #perform({ connection, bytes }: Job): void {
    const refusal = this.#holder ? undefined : this.#become(connection.user)
    if (refusal) {
      connection.answer(Buffer.concat([refusal, readyForQuery()]))
      return
    }
    const own: Buffer[] = []
    // Until it says that it is ready an exchange goes on, such as the rows of a cursor.
    let holder: EngineConnection | undefined = connection
    for (const part of messagesIn(Buffer.from(this.#session.ask(bytes)))) {
      if (part[0] === NOTIFICATION) for (const each of this.#open) each.answer(part)
      else own.push(part)
      const last = lastWords(part)
      // A disk that is full or gone. Asked again, it would not answer at all.
      if (last !== undefined) throw new Error(last)
      if (part[0] === READY_FOR_QUERY) holder = saysIdle(part) ? undefined : connection
    }
    this.#holder = holder
    this.#holderIdleSince = performance.now()
    connection.answer(Buffer.concat(own))
  }

  /**
   * Makes the session the role's. Said anew each time for any role but the owner: a statement may have changed it, and that
   * would hold for all.
   */
  #become(user: string): Buffer | undefined {
    if (user === OWNER && this.#user === OWNER) return undefined
    const answer = Buffer.from(this.#session.ask(query(`SET SESSION AUTHORIZATION ${quotedName(user)}`)))
    const error = errorIn(answer)
    if (!error) this.#user = user
    return error
  }

  /** Looks again when the first of those who wait for a transaction has waited long enough. */
  #watch(): void {
    clearTimeout(this.#timer)
    const [first] = this.#waiting
    if (!first || !this.#holder || this.#ended) return
    const left = first.since + this.#limitMs - performance.now()
    this.#timer = setTimeout(() => this.#giveUp(), Math.max(0, left))
    this.#timer.unref()
  }

  #giveUp(): void {
    const latest = performance.now() - this.#limitMs
    const [late, rest] = [this.#waiting.filter(isLate), this.#waiting.filter((job) => !isLate(job))]
    this.#waiting = rest
    const message = 'another connection has had a transaction open for longer than this statement may wait'
    const refused = Buffer.concat([errorResponse('ERROR', { code: '55P03', message }), readyForQuery()])
    for (const { connection } of late) connection.answer(refused)
    const holder = this.#holder
    if (late.length > 0 && holder && this.#holderIdleSince <= latest) {
      holder.dismiss(
        errorResponse('FATAL', { code: '25P03', message: 'a transaction was idle while others waited for it' }),
      )
    }
    this.#watch()

    function isLate({ since }: Job): boolean {
      return since <= latest
    }
  }
}
