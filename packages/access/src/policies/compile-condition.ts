import type { UserSlots } from './attributes.ts'
import { compileLeaf } from './compile-leaf.ts'
import { attributesOf, type Tree } from './condition-tree.ts'
import type { Test } from './inquiry.ts'
import { FALSE, negated, TRUE, type Truth, UNKNOWN } from './truth.ts'

/**
 * Compiles a condition to one closure. Missing and wrongly typed attributes make a comparison unknown, as NULL does in
 * SQL; `and`, `or` and `not` follow Kleene's three-valued logic.
 * @param unseen what a comparison that reads the resource counts as, where the resource is not known yet
 */
export function compileCondition(tree: Tree | undefined, slots: UserSlots, unseen?: 'lowest' | 'highest'): Test {
  if (tree === undefined) return () => TRUE
  if (tree.kind === 'leaf') {
    if (unseen && attributesOf(tree).some(({ root }) => root === 'resource')) {
      return unseen === 'lowest' ? () => FALSE : () => TRUE
    }
    return compileLeaf(tree, slots)
  }
  if (tree.kind === 'not') {
    const opposite = unseen && (unseen === 'lowest' ? 'highest' : 'lowest')
    const test = compileCondition(tree.of, slots, opposite)
    return (inquiry) => negated(test(inquiry))
  }
  const tests = tree.of.map((part) => compileCondition(part, slots, unseen))
  return tree.kind === 'and' ? both(tests) : either(tests)
}

function both(tests: readonly Test[]): Test {
  const [first, second, third] = tests
  if (tests.length === 1) return first!
  if (tests.length === 2) {
    return (inquiry) => {
      const a = first!(inquiry)
      if (a === FALSE) return FALSE
      const b = second!(inquiry)
      return a === TRUE || b === FALSE ? b : UNKNOWN
    }
  }
  if (tests.length === 3) {
    return (inquiry) => {
      const a = first!(inquiry)
      if (a === FALSE) return FALSE
      const b = second!(inquiry)
      if (b === FALSE) return FALSE
      const c = third!(inquiry)
      if (c === FALSE) return FALSE
      return a === TRUE && b === TRUE ? c : UNKNOWN
    }
  }
  return (inquiry) => {
    let least: Truth = TRUE
    for (let index = 0; index < tests.length; index++) {
      const truth = tests[index]!(inquiry)
      if (truth === FALSE) return FALSE
      if (truth < least) least = truth
    }
    return least
  }
}

function either(tests: readonly Test[]): Test {
  return (inquiry) => {
    let greatest: Truth = FALSE
    for (let index = 0; index < tests.length; index++) {
      const truth = tests[index]!(inquiry)
      if (truth === TRUE) return TRUE
      if (truth > greatest) greatest = truth
    }
    return greatest
  }
}
