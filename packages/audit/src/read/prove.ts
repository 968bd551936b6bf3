import { join } from 'node:path'

import type { MerkleTree } from '../merkle/merkle-tree.ts'
import { Leaves } from '../merkle/proof.ts'
import { parseLine } from '../trail/line.ts'
import { treeBefore } from '../trail/segment-header.ts'
import { fileLog } from '../verify/log-source.ts'

/** That a record is in the tree of a size and root: RFC 9162 §2.1.3. Hashes in base64. */
export interface InclusionProof {
  readonly seq: number
  readonly size: number
  readonly leaf: string
  readonly root: string
  readonly path: readonly string[]
}

/** That a tree is an earlier one with records appended: RFC 9162 §2.1.4. Hashes in base64. */
export interface ConsistencyProof {
  readonly first: number
  readonly second: number
  readonly firstRoot: string
  readonly secondRoot: string
  readonly path: readonly string[]
}

/**
 * Proves that record `seq` of a log is among its first `size`; by default, among all.
 * @throws RangeError for a record that is not there
 * @example const { leaf, root, path } = await proveInclusion('/var/lib/orders/trail', 'writer-1', 7)
 */
export async function proveInclusion(folder: string, log: string, seq: number, size?: number): Promise<InclusionProof> {
  const leaves = await leavesOf(folder, log)
  const of = size ?? leaves.size
  const path = leaves.inclusion(seq - 1, of).map(base64)
  return { seq, size: of, leaf: base64(leaves.root(seq - 1, seq)), root: base64(leaves.root(0, of)), path }
}

/**
 * Proves that the log of `second` records is the one of `first` with records appended.
 * @throws RangeError for sizes that the log does not have
 * @example const { path } = await proveConsistency('/var/lib/orders/trail', 'writer-1', 100, 200)
 */
export async function proveConsistency(
  folder: string,
  log: string,
  first: number,
  second?: number,
): Promise<ConsistencyProof> {
  const leaves = await leavesOf(folder, log)
  const to = second ?? leaves.size
  const path = leaves.consistency(first, to).map(base64)
  return { first, second: to, firstRoot: base64(leaves.root(0, first)), secondRoot: base64(leaves.root(0, to)), path }
}

async function leavesOf(folder: string, log: string): Promise<Leaves> {
  if (!/^writer-\d+$/.test(log)) throw new RangeError(`There is no log "${log}".`)
  const hashes: Buffer[] = []
  let before: MerkleTree | undefined
  for (const segment of await fileLog(join(folder, log)).segments()) {
    const header = await segment.header()
    if (header && !before) before = treeBefore(header)
    for await (const lines of segment.lines()) {
      for (const { bytes, whole } of lines) {
        const parsed = whole ? parseLine(bytes) : undefined
        if (parsed) hashes.push(parsed.leaf)
      }
    }
  }
  return new Leaves(hashes, before)
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64')
}
