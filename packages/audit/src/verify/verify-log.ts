import { type Checkpoint, type CheckpointVerifier, claimOf } from '../merkle/checkpoint.ts'
import { MerkleTree } from '../merkle/merkle-tree.ts'
import { membersOf, parseLine } from '../trail/line.ts'
import { genesisOf, type SegmentHeader, segmentName, treeBefore } from '../trail/segment-header.ts'
import { ChainWalk } from './chain-walk.ts'
import type { Finding } from './finding.ts'
import type { Line, LogSource, SegmentSource } from './log-source.ts'
import { type VerifyOptions, verifySettings } from './verify-options.ts'

export interface LogReport {
  readonly place: string
  readonly origin: string | undefined
  readonly records: number
  /** The first record that is still kept; 1 unless old segments were removed. */
  readonly first: number
  readonly root: string
  /** Records up to here are vouched for by a valid signature. */
  readonly signedSize: number
  readonly findings: readonly Finding[]
  /** What is no manipulation, but worth knowing. */
  readonly notes: readonly string[]
}

/**
 * Reads a whole log and says what was done to it. Damage is reported, never thrown.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`
 * @example const { findings } = await verifyLog(source, { verifiers: [checkpointVerifier(verifierKey)] })
 */
export async function verifyLog(source: LogSource, options: VerifyOptions): Promise<LogReport> {
  const { verifiers, witnessed } = verifySettings('verifyLog()', options)
  // Checkpoints before records: a log that is being written to only grows.
  const { notes, rest } = await source.checkpoints()
  const segments = await source.segments()
  const closed = await source.closed()
  const walk = new LogWalk(source.place, await originOf(segments, notes))
  walk.takeCheckpoints(notes, rest, verifiers)
  walk.takeWitnessed(witnessed, verifiers)
  for (const segment of segments) await walk.segment(segment, segment === segments.at(-1) && !closed)
  return walk.report(closed)
}

async function originOf(segments: readonly SegmentSource[], notes: readonly string[]): Promise<string | undefined> {
  for (const segment of segments) {
    const header = await segment.header()
    if (header) return header.origin
  }
  return notes.map(claimOf).find((claim) => claim !== undefined)?.origin
}

class LogWalk {
  readonly #place: string
  readonly #origin: string | undefined
  readonly #findings: Finding[] = []
  readonly #notes: string[] = []
  readonly #roots = new Map<number, Checkpoint[]>()
  #vouched = 0
  #signedSize = 0
  #chain: ChainWalk | undefined = undefined
  #tree: MerkleTree = new MerkleTree()
  #first = 1
  #records = 0
  #torn = false
  #prunedThrough = 0
  #rewritten = false

  constructor(place: string, origin: string | undefined) {
    this.#place = place
    this.#origin = origin
  }

  takeCheckpoints(notes: readonly string[], rest: string, verifiers: readonly CheckpointVerifier[]): void {
    for (const [index, note] of notes.entries()) {
      const checkpoint = opened(note, verifiers)
      if (!checkpoint) {
        const seq = claimOf(note)?.size ?? 0
        this.#findings.push({
          kind: 'checkpoint-altered',
          seq,
          detail: `checkpoint ${index + 1} bears no valid signature of the given key`,
        })
      } else if (checkpoint.origin !== this.#origin) {
        this.#findings.push({
          kind: 'checkpoint-altered',
          seq: checkpoint.size,
          detail: `checkpoint ${index + 1} is of another log, ${checkpoint.origin}`,
        })
      } else {
        this.#expectRoot(checkpoint)
      }
    }
    // A crash leaves the beginning of a note; anything that ends like one was one.
    if (rest.includes('\n—') || /\n$/.test(rest)) {
      this.#findings.push({ kind: 'checkpoint-altered', seq: this.#vouched, detail: 'text among the checkpoints' })
    } else if (rest !== '') {
      this.#notes.push('the last checkpoint is half-written')
    }
  }

  takeWitnessed(notes: readonly string[], verifiers: readonly CheckpointVerifier[]): void {
    for (const note of notes) {
      const checkpoint = opened(note, verifiers)
      if (checkpoint?.origin === this.#origin && checkpoint) this.#expectRoot(checkpoint)
    }
  }

  /** @param mayBeTorn a crash may have left it half-written */
  async segment(segment: SegmentSource, mayBeTorn: boolean): Promise<void> {
    const header = await segment.header()
    if (!header && mayBeTorn && (await isEmpty(segment))) {
      this.#torn = true
      return
    }
    this.#start(segment, header)
    let number = 1
    for await (const lines of segment.lines()) {
      for (const line of lines) this.#line(line, `${segment.name} line ${++number}`)
    }
  }

  report(closed: boolean): LogReport {
    const chain = this.#chain ?? new ChainWalk(1, '')
    const size = chain.next - 1
    if (chain.intact) this.#checkRoot()
    if (closed && this.#torn) this.#torn = false
    this.#findings.push(...chain.end(this.#vouched, this.#torn))
    if (this.#first > 1 && this.#prunedThrough < this.#first - 1) {
      const detail = 'the first segments are missing, and no record says that they were removed'
      this.#findings.push({ kind: 'dropped', seq: 1, through: this.#first - 1, detail })
    }
    const unsigned = size - this.#signedSize
    if (unsigned > 0 && closed && this.#signedSize > 0 && this.#findings.length === 0) {
      const detail = 'records behind the checkpoint with which the log was closed'
      this.#findings.push({ kind: 'inserted', seq: this.#signedSize + 1, through: size, detail })
    } else if (unsigned > 0) {
      this.#notes.push(`${unsigned} record(s) at the end are not signed yet`)
    }
    if (this.#torn) this.#notes.push('the last line is half-written, as after a crash')
    return {
      place: this.#place,
      origin: this.#origin,
      records: this.#records,
      first: this.#first,
      root: this.#tree.root().toString('base64'),
      signedSize: this.#signedSize,
      findings: this.#findings.sort((a, b) => a.seq - b.seq),
      notes: this.#notes,
    }
  }

  #expectRoot(checkpoint: Checkpoint): void {
    this.#vouched = Math.max(this.#vouched, checkpoint.size)
    const known = this.#roots.get(checkpoint.size) ?? []
    if (!known.some(({ root }) => root.equals(checkpoint.root))) {
      this.#roots.set(checkpoint.size, [...known, checkpoint])
    }
  }

  #start(segment: SegmentSource, header: SegmentHeader | undefined): void {
    const named = Number(segment.name.slice(0, 16)) || 1
    const first = header?.first ?? named
    if (!this.#chain) {
      this.#first = first
      const genesis = first === 1 && this.#origin !== undefined ? genesisOf(this.#origin) : undefined
      this.#chain = new ChainWalk(first, genesis ?? header?.prev ?? '')
      if (header) this.#tree = treeBefore(header)
      if (genesis !== undefined) this.#lastHash = genesis
    }
    const intactSoFar = this.#chain.intact
    if (!header || segmentName(first) !== segment.name || header.origin !== this.#origin) {
      this.#badHeader(segment, named)
    } else if (intactSoFar && first === this.#chain.next && !this.#continues(header)) {
      this.#badHeader(segment, first)
    } else if (first > this.#chain.next) {
      this.#chain.jump(first, header.prev, segment.name)
    }
  }

  #continues(header: SegmentHeader): boolean {
    const tree = treeBefore(header)
    return tree.root().equals(this.#tree.root()) && (this.#lastHash === undefined || header.prev === this.#lastHash)
  }

  #lastHash: string | undefined = undefined

  #badHeader({ name }: SegmentSource, seq: number): void {
    this.#findings.push({ kind: 'header-altered', seq, detail: `${name}: its header does not fit what is before it` })
  }

  #line({ bytes, whole }: Line, where: string): void {
    const parsed = parseLine(bytes)
    this.#torn = !whole
    this.#chain!.take(whole ? parsed : undefined, where)
    if (!parsed || !whole) return
    this.#records++
    this.#lastHash = parsed.claimed
    if (bytes.includes(PRUNED)) this.#notePruning(bytes)
    // Only now that the chain goes on behind it: a changed record shows in its successor first.
    if (this.#chain!.intact) this.#checkRoot()
    this.#tree.push(parsed.leaf)
  }

  #checkRoot(): void {
    const expected = this.#roots.get(this.#tree.size)
    if (!expected || this.#rewritten) return
    const root = this.#tree.root()
    if (expected.every((checkpoint) => checkpoint.root.equals(root))) {
      this.#signedSize = this.#tree.size
      return
    }
    this.#rewritten = true
    this.#findings.push({
      kind: 'rewritten',
      seq: this.#signedSize + 1,
      through: this.#tree.size,
      detail: `the records are not those that a checkpoint at ${this.#tree.size} vouches for`,
    })
  }

  #notePruning(bytes: Buffer): void {
    const { name, details } = membersOf(bytes)
    if (name === 'trail_pruned') this.#prunedThrough = Number(details?.through ?? 0)
  }
}

/** It holds no line but the beginning of a header. */
async function isEmpty(segment: SegmentSource): Promise<boolean> {
  for await (const lines of segment.lines()) if (lines.length > 0) return false
  return true
}

const PRUNED = Buffer.from('"name":"trail_pruned"')

function opened(note: string, verifiers: readonly CheckpointVerifier[]): Checkpoint | undefined {
  if (verifiers.length === 0) return claimOf(note)
  for (const verifier of verifiers) {
    const checkpoint = verifier.open(note)
    if (checkpoint) return checkpoint
  }
  return undefined
}
