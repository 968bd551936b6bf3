import { hash } from 'node:crypto'

import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import { Leaves, leafHash, MerkleTree, provesConsistency, provesInclusion } from '../../src/index.ts'

/** The leaves and roots that Certificate Transparency implementations agree on. */
const LEAVES = ['', '\x00', '\x10', ' !', '01', '@ABC', 'PQRSTUVW', '`abcdefghijklmno']
const ROOTS: Readonly<Record<number, string>> = {
  0: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  1: '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  2: 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  3: 'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  4: 'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  8: '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
}

function treeOf(leaves: readonly Buffer[]): MerkleTree {
  const tree = new MerkleTree()
  for (const leaf of leaves) tree.push(leaf)
  return tree
}

/** MTH of RFC 9162 §2.1.1, word for word. */
function rootByDefinition(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return hash('sha256', '', 'buffer')
  if (leaves.length === 1) return leaves[0]!
  let split = 1
  while (split * 2 < leaves.length) split *= 2
  const children = [rootByDefinition(leaves.slice(0, split)), rootByDefinition(leaves.slice(split))]
  return hash('sha256', Buffer.concat([Buffer.from([1]), ...children]), 'buffer')
}

const leavesOf = (count: number): Buffer[] => Array.from({ length: count }, (_, index) => leafHash(String(index)))

test.each(Object.entries(ROOTS))('the root of %s known leaves', (size, root) => {
  expect(
    treeOf(LEAVES.slice(0, Number(size)).map(leafHash))
      .root()
      .toString('hex'),
  ).toBe(root)
})

test('the root is the one of the definition, for every size to 130', () => {
  const tree = new MerkleTree()
  const leaves = leavesOf(130)
  for (const [index, leaf] of leaves.entries()) {
    tree.push(leaf)
    expect(tree.root()).toEqual(rootByDefinition(leaves.slice(0, index + 1)))
    expect(new Leaves(leaves).root(0, index + 1)).toEqual(tree.root())
  }
})

describe('proofs', () => {
  const leaves = leavesOf(70)
  const all = new Leaves(leaves)
  const roots = Array.from({ length: 71 }, (_, size) => treeOf(leaves.slice(0, size)).root())

  test('every leaf is proved in every tree, and no other leaf is', () => {
    for (let size = 1; size <= 70; size++) {
      for (let leaf = 0; leaf < size; leaf++) {
        const proof = all.inclusion(leaf, size)
        expect(provesInclusion(leaves[leaf]!, leaf, size, proof, roots[size]!)).toBe(true)
        expect(provesInclusion(leafHash('other'), leaf, size, proof, roots[size]!)).toBe(false)
        if (size > 1) expect(provesInclusion(leaves[leaf]!, leaf, size, proof.slice(1), roots[size]!)).toBe(false)
      }
    }
  })

  test('every tree is proved to go on from every smaller one, and from no other', () => {
    for (let second = 1; second <= 70; second++) {
      for (let first = 1; first <= second; first++) {
        const proof = all.consistency(first, second)
        expect(provesConsistency(first, second, roots[first]!, roots[second]!, proof)).toBe(true)
        const other = leafHash('other')
        expect(provesConsistency(first, second, other, roots[second]!, proof)).toBe(false)
        if (first < second) expect(provesConsistency(first, second, roots[first]!, other, proof)).toBe(false)
      }
    }
  })

  test('after the first leaves are gone, what is left is still proved', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 69 }), fc.integer({ min: 0, max: 69 }), (gone, ahead) => {
        const leaf = gone + (ahead % (70 - gone))
        const rest = new Leaves(leaves.slice(gone), treeOf(leaves.slice(0, gone)))
        expect(provesInclusion(leaves[leaf]!, leaf, 70, rest.inclusion(leaf, 70), roots[70]!)).toBe(true)
      }),
    )
  })

  test('what is not there can not be proved', () => {
    expect(() => all.inclusion(70, 70)).toThrow(RangeError)
    expect(() => all.inclusion(0, 71)).toThrow(RangeError)
    expect(() => all.consistency(0, 5)).toThrow(RangeError)
    expect(provesInclusion(leaves[0]!, 5, 5, [], roots[5]!)).toBe(false)
    expect(provesConsistency(5, 4, roots[5]!, roots[4]!, [])).toBe(false)
    expect(provesConsistency(3, 7, roots[3]!, roots[7]!, [])).toBe(false)
  })
})
