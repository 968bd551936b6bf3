import { ask } from '@ashlar/core/time'

/** How long a witness may take, before whoever closes the trail waits no longer. */
const WITNESS_MS = 10_000

/** When to sign, and what signing is where the log is kept. */
export interface CheckpointPlan {
  /** Sign after so many records. */
  readonly records: number
  /** And no later than so many milliseconds after a record. */
  readonly everyMs: number
  /** How many records are not signed yet. */
  unsigned(): number
  /** Signs and stores the head. @returns the note; `undefined` when there is nothing to sign */
  sign(): Promise<string | undefined>
  /** Runs a task between two batches. */
  between(task: () => Promise<void>): Promise<void>
  /** Given each note. */
  readonly onCheckpoint: ((note: string) => unknown) | undefined
  readonly onError: (error: unknown) => void
}

/** Signs the head of a log after so many records, and no later than so long after one. Notes go to the witness. */
export class CheckpointSchedule {
  readonly #plan: CheckpointPlan
  readonly #sending = new Set<Promise<unknown>>()
  #timer: NodeJS.Timeout | undefined = undefined
  #closed = false

  constructor(plan: CheckpointPlan) {
    this.#plan = plan
  }

  /** After each batch. Never rejects. */
  async settled(): Promise<void> {
    const { records, everyMs, between, onError } = this.#plan
    if (this.#plan.unsigned() >= records) await this.sign().catch(onError)
    if (this.#plan.unsigned() === 0 || this.#timer || this.#closed) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      between(() => this.sign()).catch(onError)
    }, everyMs)
    // A process that has nothing else to do need not wait; closing signs as well.
    this.#timer.unref()
  }

  /** Not while a batch is being written. */
  async sign(): Promise<void> {
    const note = await this.#plan.sign()
    if (note === undefined || !this.#plan.onCheckpoint) return
    // A witness that is slow or fails must not hold up the trail.
    const sending: Promise<unknown> = this.#send(note).then(() => this.#sending.delete(sending))
    this.#sending.add(sending)
  }

  /** Signs what is left, once nothing is written any more, and waits for the witness. */
  async close(): Promise<void> {
    this.stop()
    await this.sign()
    await Promise.all(this.#sending)
  }

  /** Signs nothing more of its own accord. */
  stop(): void {
    this.#closed = true
    clearTimeout(this.#timer)
  }

  async #send(note: string): Promise<void> {
    const { onCheckpoint, onError } = this.#plan
    try {
      await ask('The witness of checkpoints', WITNESS_MS, () => onCheckpoint?.(note))
    } catch (error) {
      onError(error)
    }
  }
}
