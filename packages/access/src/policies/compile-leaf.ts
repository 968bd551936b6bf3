import { networks } from '@ashlar/core/http'

import { rawReader, readerOf, type UserSlots } from './attributes.ts'
import { compileComparison, termOf } from './compile-comparison.ts'
import type { Leaf } from './condition-tree.ts'
import { wallClock } from './day-time.ts'
import type { Inquiry, Test } from './inquiry.ts'
import { FALSE, TRUE, UNKNOWN } from './truth.ts'

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

function elementOf(item: (inquiry: Inquiry) => unknown, list: (inquiry: Inquiry) => unknown): Test {
  return (inquiry) => {
    const element = item(inquiry)
    const elements = list(inquiry)
    if (element === undefined || elements === undefined) return UNKNOWN
    return (elements as readonly unknown[]).includes(element) ? TRUE : FALSE
  }
}
