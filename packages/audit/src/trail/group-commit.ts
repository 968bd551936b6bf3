import { UnavailableError } from '@ashlar/core'

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
  /** Makes records durable, all or none. @returns the sequence number of the first */
  readonly write: (batch: readonly Pending[]) => Promise<number>
  /** Runs after each batch, and once more when nothing waits. */
  readonly settled: () => Promise<void>
  readonly maxPending: number
  readonly maxBatch: number
}

/**
 * Records that arrive while others are being written go to disk together, in one write and one sync. Back-pressure is
 * a bound: what does not fit is refused at once.
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions
  #waiting: Waiting[] = []
  #running: Promise<void> | undefined = undefined
  #closed = false

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

  /** Runs `task` between two batches. */
  async between(task: () => Promise<void>): Promise<void> {
    while (this.#running) await this.#running
    const run = task()
    this.#running = run.catch(() => {}).then(() => this.#next())
    await run
  }

  async close(): Promise<void> {
    this.#closed = true
    while (this.#running) await this.#running
  }

  async #run(): Promise<void> {
    // One turn of the event loop, so that all who were just answered are in the next batch together.
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#options.maxBatch)
      try {
        const first = await this.#options.write(batch.map(({ pending }) => pending))
        for (let index = 0; index < batch.length; index++) batch[index]!.resolve(first + index)
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
      await this.#options.settled()
    }
    this.#next()
  }

  #next(): void {
    this.#running = this.#waiting.length > 0 ? this.#run() : undefined
  }
}
