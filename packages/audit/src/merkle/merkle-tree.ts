import { hash } from 'node:crypto'

/** The root of the tree without leaves: the hash of nothing (RFC 9162 §2.1.1). */
export const EMPTY_ROOT: Buffer = hash('sha256', '', 'buffer')

const PAIR = Buffer.alloc(65)
PAIR[0] = 1

/** The hash of an inner node: SHA-256 over 0x01 and both children (RFC 9162 §2.1.1). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  PAIR.set(left, 1)
  PAIR.set(right, 33)
  return hash('sha256', PAIR, 'buffer')
}

/**
 * The hash of a leaf: SHA-256 over 0x00 and its content (RFC 9162 §2.1.1).
 * @example
 * const tree = new MerkleTree()
 * tree.push(leafHash('a record'))
 */
export function leafHash(content: string): Buffer {
  return hash('sha256', `\0${content}`, 'buffer')
}

/**
 * A Merkle tree that is only ever appended to. It keeps the roots of its complete subtrees, the largest first: as many
 * as `size` has bits set, which is all that the next root needs.
 */
export class MerkleTree {
  #size: number
  #frontier: Buffer[]

  constructor(size: number = 0, frontier: readonly Buffer[] = []) {
    this.#size = size
    this.#frontier = [...frontier]
  }

  get size(): number {
    return this.#size
  }

  get frontier(): readonly Buffer[] {
    return this.#frontier
  }

  push(leaf: Buffer): void {
    let node = leaf
    // Each trailing one bit of the size is a complete subtree that this leaf completes a larger one with.
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2) node = nodeHash(this.#frontier.pop()!, node)
    this.#frontier.push(node)
    this.#size++
  }

  root(): Buffer {
    return this.#frontier.length === 0 ? EMPTY_ROOT : this.#frontier.reduceRight((right, left) => nodeHash(left, right))
  }

  copy(): MerkleTree {
    return new MerkleTree(this.#size, this.#frontier)
  }
}

/** How many subtrees a tree of this size is made of. */
export function frontierLength(size: number): number {
  let length = 0
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) length += rest % 2
  return length
}
