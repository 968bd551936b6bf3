import { publishEvent, UnavailableError } from '@ashlar/core'

/** One record that waits to be written. */
export interface Pending {
  readonly body: string
  /** Announces an operation. */
  readonly opens?: boolean | undefined
  /** Ends the operation that this record announced. */
  readonly closes?: number | undefined
}

interface Waiting {
  readonly pending: Pending
  readonly resolve: (seq: number) => void
  readonly reject: (error: unknown) => void
}

export interface GroupCommitOptions {
  /** The log that is written, for events. */
  readonly log: string
  /** Makes records durable, all or none. @returns the sequence number of the first */
  readonly write: (batch: readonly Pending[]) => Promise<number>
  /** Runs after each batch. Must not reject. */
  readonly settled: () => Promise<void>
  readonly maxPending: number
  /** How many records one batch holds. Default 1000. */
  readonly maxBatch?: number
}

/**
 * Records that arrive while others are being written go to disk together, in one write and one sync. Back-pressure is
 * a bound: what does not fit is refused at once. When writing begins to fail, and when it goes well again, an event says so.
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions
  #waiting: Waiting[] = []
  readonly #tasks: (() => Promise<void>)[] = []
  #running: Promise<void> | undefined = undefined
  #closed = false
  /** Records that could not be written since it last went well. */
  #lost = 0

  constructor(options: GroupCommitOptions) {
    this.#options = options
  }

  add(pending: Pending): Promise<number> {
    if (this.#closed) return Promise.reject(new UnavailableError('The audit trail is closed.'))
    if (this.#waiting.length >= this.#options.maxPending) {
      return Promise.reject(new UnavailableError('Too many audit records wait to be written.'))
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ pending, resolve, reject })
      this.#running ??= this.#run()
    })
  }

  /** Runs `task` between two batches: behind the one that is being written, however many wait. */
  between(task: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#tasks.push(() => task().then(resolve, reject))
      this.#running ??= this.#run()
    })
  }

  /** Takes no more, and resolves when all that waits is written or refused. */
  async close(): Promise<void> {
    this.#closed = true
    while (this.#running) await this.#running
  }

  async #run(): Promise<void> {
    // One turn of the event loop, so that all who were just answered are in the next batch together.
    await new Promise((resolve) => setImmediate(resolve))
    for (;;) {
      for (let task = this.#tasks.shift(); task; task = this.#tasks.shift()) await task()
      if (this.#waiting.length === 0) break
      await this.#write(this.#waiting.splice(0, this.#options.maxBatch ?? 1000))
      await this.#options.settled()
    }
    this.#running = undefined
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    try {
      const first = await this.#options.write(batch.map(({ pending }) => pending))
      for (let index = 0; index < batch.length; index++) batch[index]!.resolve(first + index)
      if (this.#lost > 0) this.#tellRestored()
    } catch (error) {
      for (const { reject } of batch) reject(error)
      if (this.#lost === 0) this.#tellLost()
      this.#lost += batch.length
    }
  }

  #tellLost(): void {
    const reason = 'records can not be written'
    publishEvent({ name: 'trail_lost', by: `trail ${this.#options.log}`, outcome: 'failure', reason })
  }

  #tellRestored(): void {
    const reason = `records are written again; ${this.#lost} could not be`
    this.#lost = 0
    publishEvent({ name: 'trail_restored', by: `trail ${this.#options.log}`, outcome: 'success', reason })
  }
}
