import { networks } from '@ashlar/core/http'

import { type Attribute, ownOf, rawReader, readerOf, type UserSlots } from './attributes.ts'
import { attributesOf, type Comparison, type Leaf, type Term, type Tree } from './condition-tree.ts'
import { wallClock } from './day-time.ts'
import type { Inquiry } from './inquiry.ts'
import { FALSE, negated, TRUE, type Truth, UNKNOWN } from './truth.ts'
import type { ValueType } from './value-type.ts'

export type Test = (inquiry: Inquiry) => Truth

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

/** A leaf belongs to one set of rules, so its test is made once for deciding, explaining and filtering. */
const leafTests = new WeakMap<Leaf, Test>()

export function compileLeaf(leaf: Leaf, slots: UserSlots): Test {
  const known = leafTests.get(leaf)
  if (known) return known
  const test = makeTest(leaf, slots)
  leafTests.set(leaf, test)
  return test
}

function makeTest(leaf: Leaf, slots: UserSlots): Test {
  switch (leaf.test) {
    case 'compare':
      return compileComparison(leaf, slots)
    case 'one of': {
      const left = readerOf(leaf.left, leaf.type, slots)
      const values = new Set(leaf.values)
      return (inquiry) => {
        const value = left(inquiry)
        return value === undefined ? UNKNOWN : values.has(value) ? TRUE : FALSE
      }
    }
    case 'element of':
      return elementOf(readerOf(leaf.left, { kind: 'text' }, slots), readerOf(leaf.list, { kind: 'texts' }, slots))
    case 'contains':
      return elementOf(termOf(leaf.right, { kind: 'text' }, slots), readerOf(leaf.left, { kind: 'texts' }, slots))
    case 'starts':
    case 'ends': {
      const method = leaf.test === 'starts' ? 'startsWith' : 'endsWith'
      const left = readerOf(leaf.left, { kind: 'text' }, slots) as (inquiry: Inquiry) => string | undefined
      const right = termOf(leaf.right, { kind: 'text' }, slots) as (inquiry: Inquiry) => string | undefined
      return (inquiry) => {
        const text = left(inquiry)
        const part = right(inquiry)
        if (text === undefined || part === undefined) return UNKNOWN
        return text[method](part) ? TRUE : FALSE
      }
    }
    case 'within': {
      const left = readerOf(leaf.left, { kind: 'address' }, slots)
      const test = networks(leaf.networks)
      return (inquiry) => {
        const address = left(inquiry)
        return address === undefined ? UNKNOWN : test(address as string) ? TRUE : FALSE
      }
    }
    case 'day time': {
      const left = readerOf(leaf.left, { kind: 'instant' }, slots)
      const clock = wallClock(leaf.zone)
      const { from, to } = leaf
      return (inquiry) => {
        const instant = left(inquiry)
        if (instant === undefined) return UNKNOWN
        const time = clock(instant as number)
        return (from < to ? time >= from && time <= to : time >= from || time <= to) ? TRUE : FALSE
      }
    }
    case 'exists': {
      const raw = rawReader(leaf.left, slots)
      const { expected } = leaf
      const ofResource = leaf.left.root === 'resource'
      return (inquiry) => {
        if (ofResource && inquiry.resource === undefined) return UNKNOWN
        const value = raw(inquiry)
        return (value !== undefined && value !== null) === expected ? TRUE : FALSE
      }
    }
  }
}

function compileComparison(leaf: Extract<Leaf, { test: 'compare' }>, slots: UserSlots): Test {
  const { operator, type } = leaf
  const direct = compileDirect(leaf, slots)
  if (direct) return direct
  const left = readerOf(leaf.left, type, slots)
  if (operator === '=' && leaf.right.kind === 'constant') {
    const constant = leaf.right.value
    return (inquiry) => {
      const value = left(inquiry)
      return value === undefined ? UNKNOWN : value === constant ? TRUE : FALSE
    }
  }
  const right = termOf(leaf.right, type, slots)
  if (operator === '=') {
    const strict = type.kind === 'any'
    return (inquiry) => {
      const a = left(inquiry)
      if (a === undefined) return UNKNOWN
      const b = right(inquiry)
      if (b === undefined || (strict && typeof a !== typeof b)) return UNKNOWN
      return a === b ? TRUE : FALSE
    }
  }
  const least = operator === '>' ? 1 : operator === '>=' ? 0 : undefined
  const greatest = operator === '<' ? -1 : operator === '<=' ? 0 : undefined
  return (inquiry) => {
    const a = left(inquiry)
    const b = right(inquiry)
    if (a === undefined || b === undefined) return UNKNOWN
    const order = (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0
    return (least === undefined ? order <= greatest! : order >= least) ? TRUE : FALSE
  }
}

/**
 * The comparisons that most policies are made of, in one closure each: a column of the resource beside a constant or an
 * attribute of the user. They mean exactly what the general ones mean.
 */
function compileDirect(
  { left, operator, right, type }: Extract<Leaf, { test: 'compare' }>,
  slots: UserSlots,
): Test | undefined {
  const kind =
    type.kind === 'text' ? 'string' : type.kind === 'boolean' || type.kind === 'number' ? type.kind : undefined
  if (kind === undefined) return undefined
  if (right.kind === 'constant') {
    return operator === '=' && isColumn(left) ? columnEquals(left.path[0]!, kind, right.value) : undefined
  }
  const other = right.attribute
  const [column, user, order] = isColumn(left) ? [left, other, operator] : [other, left, MIRRORED[operator]]
  if (!isColumn(column) || user.root !== 'user') return undefined
  const slot = slots.slot(user, type)
  return operator === '='
    ? columnEqualsUser(column.path[0]!, kind, slot)
    : columnBesideUser(column.path[0]!, slot, order)
}

const MIRRORED = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const

function isColumn({ root, path }: Attribute): boolean {
  return root === 'resource' && path.length === 1
}

type Primitive = 'string' | 'boolean' | 'number'

function columnEquals(name: string, kind: Primitive, constant: unknown): Test {
  return ({ resource }) => {
    const value = ownOf(resource, name)
    // A constant is never NaN; a number that is not finite is unknown.
    if (value === constant) return TRUE
    return typeof value === kind && (kind !== 'number' || Number.isFinite(value)) ? FALSE : UNKNOWN
  }
}

function columnEqualsUser(name: string, kind: Primitive, slot: number): Test {
  return ({ resource, user }) => {
    const mine = user[slot]
    if (mine === undefined) return UNKNOWN
    const value = ownOf(resource, name)
    if (value === mine) return TRUE
    return typeof value === kind && (kind !== 'number' || Number.isFinite(value)) ? FALSE : UNKNOWN
  }
}

function columnBesideUser(name: string, slot: number, operator: Comparison): Test {
  const least = operator === '>' || operator === '>='
  const equal = operator === '>=' || operator === '<=' ? TRUE : FALSE
  return ({ resource, user }) => {
    const mine = user[slot] as number | undefined
    const value = ownOf(resource, name)
    if (mine === undefined || typeof value !== 'number' || value - value !== 0) return UNKNOWN
    if (value === mine) return equal
    return value > mine === least ? TRUE : FALSE
  }
}

function elementOf(item: (inquiry: Inquiry) => unknown, list: (inquiry: Inquiry) => unknown): Test {
  return (inquiry) => {
    const element = item(inquiry)
    const elements = list(inquiry)
    if (element === undefined || elements === undefined) return UNKNOWN
    return (elements as readonly unknown[]).includes(element) ? TRUE : FALSE
  }
}

function termOf(term: Term, type: ValueType, slots: UserSlots): (inquiry: Inquiry) => unknown {
  if (term.kind === 'attribute') return readerOf(term.attribute, type, slots)
  const { value } = term
  return () => value
}
