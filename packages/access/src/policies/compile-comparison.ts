import { type Attribute, ownOf, readerOf, type UserSlots } from './attributes.ts'
import type { Comparison, Leaf, Term } from './condition-tree.ts'
import type { Inquiry, Test } from './inquiry.ts'
import { FALSE, TRUE, UNKNOWN } from './truth.ts'
import type { ValueType } from './value-type.ts'

/** Compiles a comparison of an attribute with a constant or another attribute. */
export function compileComparison(leaf: Extract<Leaf, { test: 'compare' }>, slots: UserSlots): Test {
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

/** Reads what stands on the right of a comparison. */
export function termOf(term: Term, type: ValueType, slots: UserSlots): (inquiry: Inquiry) => unknown {
  if (term.kind === 'attribute') return readerOf(term.attribute, type, slots)
  const { value } = term
  return () => value
}
