import { join } from 'node:path'

import { type ChainHead, extend } from './chain.ts'
import type { Pending } from './group-commit.ts'
import { CHECKPOINTS, type LogPlace } from './log-place.ts'
import { type LogState, openLog, type SetAside } from './log-recovery.ts'
import { segmentName } from './segment-header.ts'
import { startSegment } from './start-segment.ts'
import type { AppendFile } from './trail-files.ts'

/** Writes one log: segments of chained records, and signed checkpoints beside them. Not for concurrent calls. */
export class LogWriter {
  readonly #place: LogPlace
  readonly #open: Set<number>
  readonly #checkpoints: AppendFile
  #segment: AppendFile
  #head: ChainHead
  #signedSize: number
  #recordsInSegment = 0
  /** How much of each file is known to be on disk, and whether a write that failed may have left more. */
  readonly #records: Durable
  readonly #notes: Durable
  /** A segment that could not be started, of which a file may stand. */
  #leftover: string | undefined = undefined

  /** How many segments have been started since it was opened. */
  rotations = 0
  /** What recovery had to set aside. */
  readonly setAside: SetAside | undefined

  private constructor(place: LogPlace, checkpoints: AppendFile, state: LogState) {
    this.#place = place
    this.#segment = state.segment
    this.#records = { bytes: state.segment.size, damaged: false }
    this.#head = state.head
    this.#open = state.open
    this.#checkpoints = checkpoints
    this.#notes = { bytes: checkpoints.size, damaged: false }
    this.#signedSize = state.signedSize
    this.setAside = state.setAside
  }

  /**
   * Opens a log at its end, or starts it. What a crash left half-written is set aside.
   * @throws AshlarError `ERR_TRAIL_CORRUPT` when records are missing or changed that a checkpoint vouches for
   */
  static async open(place: LogPlace): Promise<LogWriter> {
    await place.files.makeFolder(place.folder)
    const checkpoints = await place.files.append(join(place.folder, CHECKPOINTS))
    try {
      return new LogWriter(place, checkpoints, await openLog(place, checkpoints))
    } catch (error) {
      await checkpoints.close()
      throw error
    }
  }

  get size(): number {
    return this.#head.tree.size
  }

  get unsigned(): number {
    return this.size - this.#signedSize
  }

  /** Intents that nobody has ended. */
  get open(): ReadonlySet<number> {
    return this.#open
  }

  /** Makes records durable, all or none. @returns the sequence number of the first */
  async append(batch: readonly Pending[]): Promise<number> {
    await this.#mend()
    const { text, first, head } = extend(
      this.#head,
      batch.map(({ body }) => body),
    )
    const bytes = Buffer.from(text)
    if (this.#segment.size + bytes.length > this.#place.segmentBytes && this.#segmentHasRecords()) {
      await this.#rotate()
    }
    await writeAll(this.#segment, bytes, this.#records)
    this.#head = head
    this.#recordsInSegment += batch.length
    for (let index = 0; index < batch.length; index++) {
      const { opens, closes } = batch[index]!
      if (opens) this.#open.add(first + index)
      if (closes !== undefined) this.#open.delete(closes)
    }
    return first
  }

  /** Signs the head. @returns the signed note, once it is durable; `undefined` when the head is signed already */
  async checkpoint(): Promise<string | undefined> {
    const { tree } = this.#head
    if (tree.size === this.#signedSize) return undefined
    await this.#mend()
    const { origin, signer } = this.#place
    const note = signer.sign({ origin, size: tree.size, root: tree.root() })
    await writeAll(this.#checkpoints, Buffer.from(note), this.#notes)
    this.#signedSize = tree.size
    return note
  }

  /** Rejects when what a failed write left could not be cut off; its files are closed all the same. */
  async close(): Promise<void> {
    try {
      await this.#mend()
    } finally {
      await this.#segment.close()
      await this.#checkpoints.close()
    }
  }

  #segmentHasRecords(): boolean {
    return this.#recordsInSegment > 0 || this.#segment.size > 4096
  }

  /** Cuts off what a failed write left, before anything is written behind it. */
  async #mend(): Promise<void> {
    if (this.#leftover !== undefined) await this.#removeLeftover(this.#leftover)
    if (this.#records.damaged) await cutOff(this.#segment, this.#records)
    if (this.#notes.damaged) await cutOff(this.#checkpoints, this.#notes)
  }

  /** With its header it would say that the records which follow in the segment before it are not there. */
  async #removeLeftover(name: string): Promise<void> {
    const { folder, files } = this.#place
    if ((await files.list(folder)).includes(name)) await files.remove(join(folder, name))
    await files.syncFolder(folder)
    this.#leftover = undefined
  }

  async #rotate(): Promise<void> {
    this.#leftover = segmentName(this.size + 1)
    const next = await startSegment(this.#place, this.#head, this.#open)
    this.#leftover = undefined
    const before = this.#segment
    this.#segment = next
    this.#records.bytes = next.size
    this.#recordsInSegment = 0
    this.rotations++
    await before.close()
  }
}

interface Durable {
  bytes: number
  damaged: boolean
}

async function writeAll(file: AppendFile, bytes: Buffer, durable: Durable): Promise<void> {
  durable.damaged = true
  await file.write(bytes)
  await file.sync()
  durable.damaged = false
  durable.bytes = file.size
}

async function cutOff(file: AppendFile, durable: Durable): Promise<void> {
  await file.truncate(durable.bytes)
  await file.sync()
  durable.damaged = false
}
