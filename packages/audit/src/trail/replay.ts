import type { MerkleTree } from '../merkle/merkle-tree.ts'
import type { ChainHead } from './chain.ts'
import { membersOf, type ParsedLine, parseLine } from './line.ts'
import { parseHeader, type SegmentHeader, treeBefore } from './segment-header.ts'

/** What a segment holds, read from its start for as long as the chain holds. */
export interface Replay {
  readonly header: SegmentHeader
  readonly head: ChainHead
  /** Bytes up to the end of the last good record. */
  readonly goodBytes: number
  /** Intents that have not ended. */
  readonly open: Set<number>
}

const OPENS = Buffer.from('"name":"operation_intended"')
const CLOSES = Buffer.from('"name":"operation_completed"')

/**
 * Reads a segment back. @returns `undefined` when not even its header is whole
 * @param visit called with the tree after each record
 */
export function replay(bytes: Buffer, visit: (tree: MerkleTree) => void): Replay | undefined {
  const headerEnd = bytes.indexOf(10)
  const header = headerEnd === -1 ? undefined : parseHeader(bytes.toString('utf8', 0, headerEnd))
  if (!header) return undefined
  const tree = treeBefore(header)
  const open = new Set(header.open)
  let { prev } = header
  let goodBytes = headerEnd + 1
  visit(tree)
  for (let end = bytes.indexOf(10, goodBytes); end !== -1; end = bytes.indexOf(10, goodBytes)) {
    const line = bytes.subarray(goodBytes, end)
    const record = parseLine(line)
    if (!record || record.computed !== record.claimed || record.seq !== tree.size + 1 || record.prev !== prev) break
    trackIntent(line, record, open)
    tree.push(record.leaf)
    prev = record.claimed
    goodBytes = end + 1
    visit(tree)
  }
  return { header, head: { prev, tree }, goodBytes, open }
}

function trackIntent(line: Buffer, { seq }: ParsedLine, open: Set<number>): void {
  if (!line.includes(OPENS) && !line.includes(CLOSES)) return
  const { name, intent } = membersOf(line)
  if (name === 'operation_intended') open.add(seq)
  if (name === 'operation_completed' && typeof intent === 'number') open.delete(intent)
}
