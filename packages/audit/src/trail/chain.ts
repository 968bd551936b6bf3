import type { MerkleTree } from '../merkle/merkle-tree.ts'
import { encodeLine } from './line.ts'

/** The head of a log: how many records it has, the last one's hash, and the tree over all of them. */
export interface ChainHead {
  readonly prev: string
  readonly tree: MerkleTree
}

/** What a batch of records would make of a log. */
export interface Extension {
  readonly text: string
  readonly first: number
  readonly head: ChainHead
}

/** The lines of new records, and the head after them. The head given stays as it is, since writing may still fail. */
export function extend(head: ChainHead, bodies: readonly string[]): Extension {
  const tree = head.tree.copy()
  const first = tree.size + 1
  let { prev } = head
  let text = ''
  for (const body of bodies) {
    const { line, leaf } = encodeLine(tree.size + 1, prev, body)
    tree.push(leaf)
    prev = leaf.toString('base64url')
    text += line
  }
  return { text, first, head: { prev, tree } }
}
