import { networksOf } from '@ashlar/core/http'

import { own } from '../own.ts'
import type { Attribute } from './attributes.ts'
import type { Comparison, Leaf, Tree } from './condition-tree.ts'
import { isZone, readDayTime } from './day-time.ts'
import { isExplicit, type Operand, type OperandReader } from './read-operand.ts'
import { type AddIssue, BROKEN, type ReadOptions } from './reading.ts'
import { describeType, type ValueType } from './value-type.ts'

const TEXT: ValueType = { kind: 'text' }
const TEXTS: ValueType = { kind: 'texts' }

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  greaterThan: '>',
  greaterThanOrEqual: '>=',
  lessThan: '<',
  lessThanOrEqual: '<=',
}

/** Every operator that compares attributes. */
export const LEAF_OPERATORS: readonly string[] = [
  ...['equals', 'notEquals', 'in', 'notIn', 'between'],
  ...Object.keys(COMPARISONS),
  ...['contains', 'startsWith', 'endsWith', 'exists'],
]
const ORDERED: ReadonlySet<string> = new Set(['number', 'integer', 'instant', 'level'])

/** Values in one list of a policy. */
const MAX_VALUES = 100_000

/** Reads what one operator says of one attribute. Whatever is wrong becomes an issue with its path. */
export class LeafReader {
  readonly #options: ReadOptions
  readonly #add: AddIssue
  readonly #operands: OperandReader

  constructor(options: ReadOptions, add: AddIssue, operands: OperandReader) {
    this.#options = options
    this.#add = add
    this.#operands = operands
  }

  read(operator: string, left: Attribute, operand: unknown, path: string): Tree {
    switch (operator) {
      case 'equals':
        return this.#compare('=', left, operand, path)
      case 'notEquals':
        return { kind: 'not', of: this.#compare('=', left, operand, path) }
      case 'in':
        return this.#among(left, operand, path)
      case 'notIn':
        return { kind: 'not', of: this.#among(left, operand, path) }
      case 'between':
        return this.#between(left, operand, path)
      case 'contains':
        return this.#contains(left, operand, path)
      case 'startsWith':
        return this.#affix('starts', left, operand, path)
      case 'endsWith':
        return this.#affix('ends', left, operand, path)
      case 'exists':
        if (typeof operand !== 'boolean') return this.#broken(path, '"exists" is true or false.')
        return { kind: 'leaf', test: 'exists', path, left, expected: operand }
      default:
        return this.#compare(COMPARISONS[operator]!, left, operand, path)
    }
  }

  #compare(operator: Comparison, left: Attribute, operand: unknown, path: string): Tree {
    const right = this.#operands.operand(operand, path)
    if (!right) return BROKEN
    const type = comparisonType(operator, left, right)
    if (operator !== '=' && !ORDERED.has(type.kind)) {
      const says = `${left.name} is ${describeType(type)}, which has no order. Only numbers, times and levels do.`
      return this.#broken(path, says)
    }
    if (type.kind === 'texts') return this.#isList(left, path)
    const term = this.#operands.term(right, type, left, path)
    return term ? { kind: 'leaf', test: 'compare', path, left, operator, type, right: term } : BROKEN
  }

  #among(left: Attribute, operand: unknown, path: string): Tree {
    const explicit = isExplicit(operand, 'value') ? own(operand, 'value') : operand
    if (!Array.isArray(explicit)) return this.#elementOf(left, operand, path)
    if (explicit.length === 0) return this.#broken(path, 'an empty list holds nothing.')
    if (explicit.length > MAX_VALUES) return this.#broken(path, `a list has at most ${MAX_VALUES} values.`)
    if (left.type?.kind === 'address') return this.#within(left, explicit, path)
    const type = left.type ?? typeOfConstant(isExplicit(explicit[0], 'value') ? own(explicit[0], 'value') : explicit[0])
    if (type.kind === 'texts') return this.#isList(left, path)
    const values: unknown[] = []
    for (const [index, item] of explicit.entries()) {
      const right = this.#operands.operand(item, `${path}[${index}]`)
      if (right?.kind === 'attribute') return this.#broken(`${path}[${index}]`, 'a list holds values, not references.')
      const term = right && this.#operands.term(right, type, left, `${path}[${index}]`)
      if (term?.kind !== 'constant') return BROKEN
      values.push(term.value)
    }
    return { kind: 'leaf', test: 'one of', path, left, type, values }
  }

  #elementOf(left: Attribute, operand: unknown, path: string): Tree {
    const right = this.#operands.operand(operand, path)
    if (!right) return BROKEN
    if (right.kind === 'constant') return this.#broken(path, 'expected a list, or a reference to one.')
    const fits = this.#operands.fits(left, TEXT, path) && this.#operands.fits(right.attribute, TEXTS, path)
    return fits ? { kind: 'leaf', test: 'element of', path, left, list: right.attribute } : BROKEN
  }

  #within(left: Attribute, list: readonly unknown[], path: string): Tree {
    const networks: string[] = []
    for (const [index, item] of list.entries()) {
      const known = networksOf(item)
      if (!known) return this.#broken(`${path}[${index}]`, 'expected an address or a network such as "10.0.0.0/8".')
      networks.push(...known)
    }
    return { kind: 'leaf', test: 'within', path, left, networks }
  }

  #between(left: Attribute, operand: unknown, path: string): Tree {
    const ends: readonly unknown[] = Array.isArray(operand)
      ? operand
      : typeof operand === 'object' && operand !== null
        ? [own(operand, 'from'), own(operand, 'to')]
        : []
    if (ends.length !== 2 || ends.includes(undefined)) return this.#broken(path, 'expected [lowest, highest].')
    const [from, to] = ends.map(readDayTime)
    if (from !== undefined || to !== undefined) return this.#dayTime(left, operand, [from, to], path)
    const [low, high] = ends.map((end, index) => this.#compare(index === 0 ? '>=' : '<=', left, end, path))
    if (low!.kind === 'leaf' && high!.kind === 'leaf' && isEmptyRange(low!, high!)) {
      return this.#broken(path, 'the first value is greater than the second, so nothing lies between them.')
    }
    return { kind: 'and', of: [low!, high!] }
  }

  #dayTime(left: Attribute, operand: unknown, [from, to]: readonly (number | undefined)[], path: string): Tree {
    if (left.type?.kind !== 'instant') return this.#broken(path, `${left.name} is no time.`)
    if (from === undefined || to === undefined) return this.#broken(path, 'a time of day is written "09:00".')
    if (from === to) return this.#broken(path, 'the two times are the same.')
    const zone = Array.isArray(operand) ? this.#options.zone : (own(operand as object, 'zone') ?? this.#options.zone)
    if (zone === undefined) {
      const example = '{ "from": "09:00", "to": "17:00", "zone": "Europe/Berlin" }'
      return this.#broken(path, `a time of day needs a time zone: ${example}.`)
    }
    if (!isZone(zone)) {
      return this.#broken(path, `${JSON.stringify(zone)} is no time zone. Write "UTC" or "Europe/Berlin".`)
    }
    return { kind: 'leaf', test: 'day time', path, left, from, to, zone }
  }

  #contains(left: Attribute, operand: unknown, path: string): Tree {
    const right = this.#operands.operand(operand, path)
    if (!right || !this.#operands.fits(left, TEXTS, path)) return BROKEN
    const term = this.#operands.term(right, TEXT, left, path)
    return term ? { kind: 'leaf', test: 'contains', path, left, right: term } : BROKEN
  }

  #affix(test: 'starts' | 'ends', left: Attribute, operand: unknown, path: string): Tree {
    const right = this.#operands.operand(operand, path)
    if (!right || !this.#operands.fits(left, TEXT, path)) return BROKEN
    const term = this.#operands.term(right, TEXT, left, path)
    if (term?.kind === 'constant' && term.value === '')
      return this.#broken(path, 'every text starts and ends with nothing.')
    return term ? { kind: 'leaf', test, path, left, right: term } : BROKEN
  }

  #isList({ name }: Attribute, path: string): Tree {
    return this.#broken(path, `${name} is a list of texts: use "contains".`)
  }

  #broken(path: string, message: string): Tree {
    this.#add(path, message)
    return BROKEN
  }
}

/** What is not declared is taken for what it is compared with. */
function comparisonType(operator: Comparison, left: Attribute, right: Operand): ValueType {
  const mixed = left.type?.kind === 'integer' && right.kind === 'attribute' && right.attribute.type?.kind === 'number'
  if (mixed) return { kind: 'number' }
  if (left.type) return left.type
  if (right.kind === 'attribute' && right.attribute.type) return right.attribute.type
  if (operator !== '=') return { kind: 'number' }
  return right.kind === 'constant' ? typeOfConstant(right.value) : { kind: 'any' }
}

function typeOfConstant(value: unknown): ValueType {
  if (typeof value === 'number') return { kind: 'number' }
  return typeof value === 'boolean' ? { kind: 'boolean' } : TEXT
}

function isEmptyRange(low: Leaf, high: Leaf): boolean {
  if (low.test !== 'compare' || high.test !== 'compare') return false
  if (low.right.kind !== 'constant' || high.right.kind !== 'constant') return false
  return (low.right.value as number) > (high.right.value as number)
}
