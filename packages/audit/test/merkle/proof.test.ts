import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import { Leaves, leafHash, MerkleTree, provesConsistency, provesInclusion } from '../../src/index.ts'

function treeOf(leaves: readonly Buffer[]): MerkleTree {
  const tree = new MerkleTree()
  for (const leaf of leaves) tree.push(leaf)
  return tree
}

const leavesOf = (count: number): Buffer[] => Array.from({ length: count }, (_, index) => leafHash(String(index)))

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

  test.each([
    ['an index that is no number', Number.NaN, 8],
    ['an index below the first', -1, 8],
    ['half an index', 3.5, 8],
    ['a tree of no leaves', 0, 0],
    ['a size that is no number', 3, Number.NaN],
  ])('%s proves nothing', (_, index, size) => {
    const proof = all.inclusion(3, 8)
    expect(provesInclusion(leaves[3]!, 3, 8, proof, roots[8]!)).toBe(true)
    expect(provesInclusion(leaves[3]!, index, size, proof, roots[8]!)).toBe(false)
    expect(() => all.inclusion(index, size)).toThrow(RangeError)
  })

  test('an element that is cut short, or goes on, proves nothing', () => {
    const [first, ...rest] = all.inclusion(3, 8)
    for (const wrong of [first!.subarray(0, 31), Buffer.concat([first!, Buffer.alloc(1)]), Buffer.alloc(0)]) {
      expect(provesInclusion(leaves[3]!, 3, 8, [wrong, ...rest], roots[8]!)).toBe(false)
    }
    // Two leaves of 31 and 33 bytes would be hashed as two of 32.
    const pair = Buffer.concat([leaves[0]!, leaves[1]!])
    expect(provesInclusion(pair.subarray(0, 31), 0, 2, [pair.subarray(31)], roots[2]!)).toBe(false)
    expect(provesConsistency(0, 0, roots[0]!, roots[0]!, [])).toBe(false)
    expect(provesConsistency(1.5, 1.5, roots[1]!, roots[1]!, [])).toBe(false)
  })
})
