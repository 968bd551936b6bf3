import { join } from 'node:path'

import { AshlarError } from '@ashlar/core'

import { type CheckpointSigner, checkpointVerifier, claimOf, splitNotes } from '../merkle/checkpoint.ts'
import { MerkleTree } from '../merkle/merkle-tree.ts'
import { type ChainHead, extend } from './chain.ts'
import type { Pending } from './group-commit.ts'
import { type Replay, replay } from './replay.ts'
import { encodeHeader, genesisOf, SEGMENT_NAME, segmentName } from './segment-header.ts'
import type { AppendFile, TrailFiles } from './trail-files.ts'

export const CHECKPOINTS = 'checkpoints'

export interface LogWriterOptions {
  readonly folder: string
  readonly origin: string
  readonly files: TrailFiles
  readonly signer: CheckpointSigner
  readonly segmentBytes: number
}

/** Writes one log: segments of chained records, and signed checkpoints beside them. Not for concurrent calls. */
export class LogWriter {
  readonly #options: LogWriterOptions
  readonly #open: Set<number>
  readonly #checkpoints: AppendFile
  #segment: AppendFile
  #head: ChainHead
  #signedSize: number
  /** A write failed, so that the file may hold more than the head says. */
  #damaged = false

  /** How many segments have been started since it was opened. */
  rotations = 0
  /** What recovery had to set aside, in bytes. */
  readonly tornBytes: number

  private constructor(options: LogWriterOptions, state: LogState) {
    this.#options = options
    this.#segment = state.segment
    this.#head = state.head
    this.#open = state.open
    this.#checkpoints = state.checkpoints
    this.#signedSize = state.signedSize
    this.tornBytes = state.tornBytes
  }

  /**
   * Opens a log at its end, or starts it. What a crash left half-written is set aside.
   * @throws AshlarError `ERR_TRAIL_CORRUPT` when records are missing or changed that a checkpoint vouches for
   */
  static async open(options: LogWriterOptions): Promise<LogWriter> {
    await options.files.makeFolder(options.folder)
    const checkpoints = await options.files.append(join(options.folder, CHECKPOINTS))
    try {
      return new LogWriter(options, await openLog(options, checkpoints))
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
    if (this.#segment.size + bytes.length > this.#options.segmentBytes && this.#segmentHasRecords()) {
      await this.#rotate()
    }
    this.#durableBytes = this.#segment.size
    this.#damaged = true
    await this.#segment.write(bytes)
    await this.#segment.sync()
    this.#damaged = false
    this.#durableBytes = this.#segment.size
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
    const note = this.#options.signer.sign({ origin: this.#options.origin, size: tree.size, root: tree.root() })
    const before = this.#checkpoints.size
    try {
      await this.#checkpoints.write(Buffer.from(note))
      await this.#checkpoints.sync()
    } catch (error) {
      await this.#checkpoints.truncate(before)
      throw error
    }
    this.#signedSize = tree.size
    return note
  }

  async close(): Promise<void> {
    await this.#segment.close()
    await this.#checkpoints.close()
  }

  #durableBytes = 0
  #recordsInSegment = 0

  #segmentHasRecords(): boolean {
    return this.#recordsInSegment > 0 || this.#segment.size > 4096
  }

  /** Cuts off what a failed write left, before anything is written behind it. */
  async #mend(): Promise<void> {
    if (!this.#damaged) return
    await this.#segment.truncate(this.#durableBytes)
    await this.#segment.sync()
    this.#damaged = false
  }

  async #rotate(): Promise<void> {
    const next = await startSegment(this.#options, this.#head, this.#open)
    await this.#segment.close()
    this.#segment = next
    this.#recordsInSegment = 0
    this.rotations++
  }
}

interface LogState {
  readonly segment: AppendFile
  readonly head: ChainHead
  readonly open: Set<number>
  readonly checkpoints: AppendFile
  readonly signedSize: number
  readonly tornBytes: number
}

async function openLog(options: LogWriterOptions, checkpoints: AppendFile): Promise<LogState> {
  const { folder, origin, files, signer } = options
  const text = (await files.read(join(folder, CHECKPOINTS))).toString()
  const notes = splitNotes(text)
  const wholeBytes = Buffer.byteLength(notes.join(''))
  if (wholeBytes < checkpoints.size) await checkpoints.truncate(wholeBytes)
  const verifier = checkpointVerifier(signer.verifierKey)
  const last = notes.at(-1)
  // A note of another key, after a change of keys, still says how far the log must reach.
  const signed = last === undefined ? undefined : (verifier.open(last) ?? claimOf(last))

  const names = (await files.list(folder)).filter((name) => SEGMENT_NAME.test(name)).sort()
  let replayed: Replay | undefined
  let name: string | undefined
  let bytes: Buffer = Buffer.alloc(0)
  let matches = false
  while (!replayed && (name = names.pop())) {
    bytes = await files.read(join(folder, name))
    replayed = replay(bytes, (tree) => {
      if (signed && tree.size === signed.size) matches = tree.root().equals(signed.root)
    })
    // A crash while a segment was being started leaves no whole header, and no record behind it.
    if (!replayed && !bytes.includes(10)) await files.remove(join(folder, name))
    else if (!replayed) throw corrupt(origin, `the header of segment ${name} can't be read`)
  }
  const size = replayed?.head.tree.size ?? 0
  if (signed && (size < signed.size || (signed.size >= (replayed?.header.first ?? 1) && !matches))) {
    throw corrupt(origin, `a checkpoint vouches for ${signed.size} records, and they are not there unchanged`)
  }
  if (!replayed || !name) {
    const head = { prev: genesisOf(origin), tree: new MerkleTree() }
    const segment = await startSegment(options, head, new Set())
    return { segment, head, open: new Set(), checkpoints, signedSize: 0, tornBytes: 0 }
  }
  if (replayed.header.origin !== origin) throw corrupt(origin, `its segments belong to ${replayed.header.origin}`)
  const segment = await files.append(join(folder, name))
  const torn = bytes.subarray(replayed.goodBytes)
  if (torn.length > 0) await setAside(options, segment, torn, replayed)
  await segment.sync()
  await files.syncFolder(folder)
  return {
    segment,
    head: replayed.head,
    open: replayed.open,
    checkpoints,
    signedSize: signed?.size ?? 0,
    tornBytes: torn.length,
  }
}

/** Nothing is thrown away: what can't be read may be evidence. */
async function setAside(
  { folder, files }: LogWriterOptions,
  segment: AppendFile,
  torn: Buffer,
  { goodBytes, head }: Replay,
): Promise<void> {
  const aside = await files.append(join(folder, `torn-after-${head.tree.size}`))
  await aside.write(torn)
  await aside.sync()
  await aside.close()
  await segment.truncate(goodBytes)
}

async function startSegment(
  { folder, origin, files }: LogWriterOptions,
  { prev, tree }: ChainHead,
  open: ReadonlySet<number>,
): Promise<AppendFile> {
  const segment = await files.append(join(folder, segmentName(tree.size + 1)))
  const frontier = tree.frontier.map((node) => node.toString('base64url'))
  try {
    // After a failed attempt the file may be there already, in part.
    if (segment.size > 0) await segment.truncate(0)
    await segment.write(Buffer.from(encodeHeader({ origin, first: tree.size + 1, prev, frontier, open: [...open] })))
    await segment.sync()
    await files.syncFolder(folder)
    return segment
  } catch (error) {
    await segment.close()
    throw error
  }
}

function corrupt(origin: string, what: string): AshlarError {
  return new AshlarError('ERR_TRAIL_CORRUPT', `The audit log ${origin} is damaged: ${what}. Run "ashlar audit verify".`)
}
