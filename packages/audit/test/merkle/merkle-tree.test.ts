import { hash } from 'node:crypto'

import { expect, test } from '@jest/globals'

import { Leaves, leafHash, MerkleTree } from '../../src/index.ts'

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
