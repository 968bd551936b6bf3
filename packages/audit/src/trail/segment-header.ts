import { frontierLength, leafHash, MerkleTree } from '../merkle/merkle-tree.ts'

/** The first line of a segment: all that is needed to go on from here. Not a record, and no leaf of the tree. */
export interface SegmentHeader {
  readonly origin: string
  /** The sequence number of the segment's first record. */
  readonly first: number
  /** The hash of the record before it. */
  readonly prev: string
  /** Of the tree of all records before it. */
  readonly frontier: readonly string[]
  /** Intents that had not ended. */
  readonly open: readonly number[]
}

export function encodeHeader(header: SegmentHeader): string {
  return `${JSON.stringify({ segment: header })}\n`
}

export function parseHeader(line: string): SegmentHeader | undefined {
  let header: Partial<SegmentHeader> | undefined
  try {
    header = (JSON.parse(line) as { segment?: Partial<SegmentHeader> } | null)?.segment
  } catch {
    return undefined
  }
  const { origin, first, prev, frontier, open } = header ?? {}
  if (typeof origin !== 'string' || typeof prev !== 'string' || prev.length !== 43) return undefined
  if (typeof first !== 'number' || !Number.isSafeInteger(first) || first < 1) return undefined
  if (!Array.isArray(frontier) || frontier.length !== frontierLength(first - 1)) return undefined
  if (!frontier.every((node) => Buffer.from(String(node), 'base64url').length === 32)) return undefined
  if (!Array.isArray(open) || !open.every(Number.isSafeInteger)) return undefined
  return { origin, first, prev, frontier, open }
}

export function treeBefore({ first, frontier }: SegmentHeader): MerkleTree {
  return new MerkleTree(
    first - 1,
    frontier.map((node) => Buffer.from(node, 'base64url')),
  )
}

/** What the first record of a log names as its predecessor, so that no log can pass for another. */
export function genesisOf(origin: string): string {
  return leafHash(origin).toString('base64url')
}

/** Segments sort by name in the order of their records. */
export function segmentName(first: number): string {
  return `${String(first).padStart(16, '0')}.jsonl`
}

export const SEGMENT_NAME: RegExp = /^\d{16}\.jsonl$/
