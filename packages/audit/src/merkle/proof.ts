import { type MerkleTree, nodeHash } from './merkle-tree.ts'

/**
 * The leaves of a tree, from `start` on. What came before is known by its complete subtrees only, as after old segments
 * have been removed.
 */
export class Leaves {
  readonly #start: number
  readonly #hashes: readonly Buffer[]
  /** Roots of the subtrees before `start`, by `from:to`. */
  readonly #known = new Map<string, Buffer>()

  constructor(hashes: readonly Buffer[], before?: MerkleTree) {
    this.#hashes = hashes
    this.#start = before?.size ?? 0
    let from = 0
    for (const node of before?.frontier ?? []) {
      const width = 2 ** Math.floor(Math.log2(this.#start - from))
      this.#known.set(`${from}:${from + width}`, node)
      from += width
    }
  }

  get size(): number {
    return this.#start + this.#hashes.length
  }

  /** The hash of the leaves from `from` (included) to `to` (excluded): MTH of RFC 9162 §2.1.1. */
  root(from: number, to: number): Buffer {
    const known = this.#known.get(`${from}:${to}`)
    if (known) return known
    if (to - from === 1) {
      const leaf = this.#hashes[from - this.#start]
      if (!leaf) throw new RangeError(`Leaf ${from} is no longer kept.`)
      return leaf
    }
    const middle = from + splitOf(to - from)
    return nodeHash(this.root(from, middle), this.root(middle, to))
  }

  /** The hashes that lead from a leaf (counted from 0) to the root of the first `size` leaves: RFC 9162 §2.1.3.1. */
  inclusion(leaf: number, size: number): Buffer[] {
    if (!(isSize(leaf) && isSize(size) && leaf < size && size <= this.size))
      throw new RangeError('No such leaf in a tree of this size.')
    return this.#path(leaf, 0, size)
  }

  /** The hashes that lead from the tree of `first` leaves to the one of `second`: RFC 9162 §2.1.4.1. */
  consistency(first: number, second: number): Buffer[] {
    if (!(isSize(first) && isSize(second) && first > 0 && first <= second && second <= this.size))
      throw new RangeError('No such sizes in this tree.')
    return first === second ? [] : this.#subproof(first, 0, second, true)
  }

  #path(leaf: number, from: number, to: number): Buffer[] {
    if (to - from === 1) return []
    const middle = from + splitOf(to - from)
    return leaf < middle
      ? [...this.#path(leaf, from, middle), this.root(middle, to)]
      : [...this.#path(leaf, middle, to), this.root(from, middle)]
  }

  #subproof(first: number, from: number, to: number, whole: boolean): Buffer[] {
    if (first === to) return whole ? [] : [this.root(from, to)]
    const middle = from + splitOf(to - from)
    return first <= middle
      ? [...this.#subproof(first, from, middle, whole), this.root(middle, to)]
      : [...this.#subproof(first, middle, to, false), this.root(from, middle)]
  }
}

/**
 * Whether `leaf` is the one at `index` (counted from 0) of the tree with this size and root: RFC 9162 §2.1.3.2.
 * @example
 * const { seq, size, leaf, root, path } = await proveInclusion(folder, 'writer-1', 7)
 * const bytes = (text: string) => Buffer.from(text, 'base64')
 * provesInclusion(bytes(leaf), seq - 1, size, path.map(bytes), bytes(root))
 */
export function provesInclusion(
  leaf: Buffer,
  index: number,
  size: number,
  proof: readonly Buffer[],
  root: Buffer,
): boolean {
  if (!isSize(index) || !isSize(size) || index >= size || ![leaf, root, ...proof].every(isHash)) return false
  let position = index
  let last = size - 1
  let node = leaf
  for (const sibling of proof) {
    if (last === 0) return false
    if (position % 2 === 1 || position === last) {
      node = nodeHash(sibling, node)
      while (position % 2 === 0 && position !== 0) {
        position /= 2
        last = Math.floor(last / 2)
      }
    } else {
      node = nodeHash(node, sibling)
    }
    position = Math.floor(position / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 && node.equals(root)
}

/**
 * Whether the second tree is the first one with leaves appended: RFC 9162 §2.1.4.2.
 * @example
 * const { first, second, firstRoot, secondRoot, path } = await proveConsistency(folder, 'writer-1', 100, 200)
 * const bytes = (text: string) => Buffer.from(text, 'base64')
 * provesConsistency(first, second, bytes(firstRoot), bytes(secondRoot), path.map(bytes))
 */
export function provesConsistency(
  first: number,
  second: number,
  firstRoot: Buffer,
  secondRoot: Buffer,
  proof: readonly Buffer[],
): boolean {
  if (!isSize(first) || !isSize(second) || ![firstRoot, secondRoot, ...proof].every(isHash)) return false
  if (first < 1) return false
  if (first === second) return proof.length === 0 && firstRoot.equals(secondRoot)
  if (first > second) return false
  const path = Number.isInteger(Math.log2(first)) ? [firstRoot, ...proof] : [...proof]
  let position = first - 1
  let last = second - 1
  while (position % 2 === 1) {
    position = Math.floor(position / 2)
    last = Math.floor(last / 2)
  }
  const start = path.shift()
  if (!start) return false
  let ours = start
  let theirs = start
  for (const sibling of path) {
    if (last === 0) return false
    if (position % 2 === 1 || position === last) {
      ours = nodeHash(sibling, ours)
      theirs = nodeHash(sibling, theirs)
      while (position % 2 === 0 && position !== 0) {
        position /= 2
        last = Math.floor(last / 2)
      }
    } else {
      theirs = nodeHash(theirs, sibling)
    }
    position = Math.floor(position / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 && ours.equals(firstRoot) && theirs.equals(secondRoot)
}

/** A number from elsewhere, as it stands in a proof. */
function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

function isHash(value: Buffer): boolean {
  return value.length === 32
}

/** The largest power of two that is smaller than `count`. */
function splitOf(count: number): number {
  return 2 ** Math.ceil(Math.log2(count) - 1)
}
