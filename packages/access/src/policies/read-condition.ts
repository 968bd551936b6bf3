import { networksOf } from '@ashlar/core/http'
import { nearestName } from '@ashlar/core/options'

import { own } from '../own.ts'
import { type Attribute, type Attributes, looksLikeReference } from './attributes.ts'
import type { Comparison, Leaf, Term, Tree } from './condition-tree.ts'
import { isZone, readDayTime } from './day-time.ts'
import type { PolicyIssue } from './policy.ts'
import { constantOf, describeType, isStorable, sameType, type ValueType } from './value-type.ts'

export interface ReadOptions {
  readonly attributes: Attributes
  /** Nothing may be left to guessing: no bare references, no undeclared attributes. */
  readonly strict: boolean
  /** The time zone of a day time that names none. */
  readonly zone: string | undefined
}

/** A condition nested deeper than this is a mistake or an attack. */
const MAX_DEPTH = 64
/** The same for the number of its parts. */
const MAX_PARTS = 10_000

const TEXT: ValueType = { kind: 'text' }
const TEXTS: ValueType = { kind: 'texts' }

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  greaterThan: '>',
  greaterThanOrEqual: '>=',
  lessThan: '<',
  lessThanOrEqual: '<=',
}
const OPERATORS = [
  ...['and', 'or', 'not', 'equals', 'notEquals', 'in', 'notIn', 'between'],
  ...Object.keys(COMPARISONS),
  ...['contains', 'startsWith', 'endsWith', 'exists'],
]
const ORDERED: ReadonlySet<string> = new Set(['number', 'integer', 'instant', 'level'])

/** Stands for a part that could not be read; an issue has been added. */
const BROKEN: Tree = { kind: 'or', of: [] }

/** Reads one policy's condition. Whatever is wrong becomes an issue with its path. */
export class ConditionReader {
  readonly #options: ReadOptions
  readonly #add: (path: string, message: string, severity?: PolicyIssue['severity']) => void
  #parts = 0
  #tooMany = false

  constructor(options: ReadOptions, add: (path: string, message: string, severity?: PolicyIssue['severity']) => void) {
    this.#options = options
    this.#add = add
  }

  read(condition: unknown, path: string, depth = 0): Tree {
    if (depth > MAX_DEPTH) return this.#broken(shortened(path), `conditions nest at most ${MAX_DEPTH} deep.`)
    if (++this.#parts > MAX_PARTS) {
      if (this.#tooMany) return BROKEN
      this.#tooMany = true
      return this.#broken(path, `a policy has at most ${MAX_PARTS} conditions.`)
    }
    if (typeof condition !== 'object' || condition === null || Array.isArray(condition)) {
      return this.#broken(path, 'expected a condition such as { "equals": { "user.department": "sales" } }.')
    }
    const operators = Object.keys(condition)
    if (operators.length === 0) return this.#broken(path, 'a condition has an operator.')
    const trees = operators.map((operator) =>
      this.#operator(operator, own(condition, operator), `${path}.${operator}`, depth),
    )
    return trees.length === 1 ? trees[0]! : { kind: 'and', of: trees }
  }

  #operator(operator: string, operand: unknown, path: string, depth: number): Tree {
    if (operator === 'and' || operator === 'or') {
      if (!Array.isArray(operand) || operand.length === 0) return this.#broken(path, 'expected a list of conditions.')
      return { kind: operator, of: operand.map((part, index) => this.read(part, `${path}[${index}]`, depth + 1)) }
    }
    if (operator === 'not') return { kind: 'not', of: this.read(operand, path, depth + 1) }
    if (!OPERATORS.includes(operator)) {
      const nearest = nearestName(operator, OPERATORS)
      return this.#broken(
        path,
        `there is no operator "${operator}". ${nearest ? `Did you mean "${nearest}"?` : `Known are: ${OPERATORS.join(', ')}.`}`,
      )
    }
    if (
      typeof operand !== 'object' ||
      operand === null ||
      Array.isArray(operand) ||
      Object.keys(operand).length === 0
    ) {
      return this.#broken(path, `expected attributes by name, such as { "${operator}": { "user.department": … } }.`)
    }
    const leaves = Object.keys(operand).map((name) => {
      const at = `${path}[${JSON.stringify(name)}]`
      const left = this.#attribute(name, at)
      return left ? this.#leaf(operator, left, own(operand, name), at) : BROKEN
    })
    return leaves.length === 1 ? leaves[0]! : { kind: 'and', of: leaves }
  }

  #leaf(operator: string, left: Attribute, operand: unknown, path: string): Tree {
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
    const right = this.#operand(operand, path)
    if (!right) return BROKEN
    const type = this.#comparisonType(operator, left, right)
    if (operator !== '=' && !ORDERED.has(type.kind)) {
      return this.#broken(
        path,
        `${left.name} is ${describeType(type)}, which has no order. Only numbers, times and levels do.`,
      )
    }
    if (type.kind === 'texts') return this.#broken(path, `${left.name} is a list of texts: use "contains".`)
    const term = this.#term(right, type, left, path)
    return term ? { kind: 'leaf', test: 'compare', path, left, operator, type, right: term } : BROKEN
  }

  /** What is not declared is taken for what it is compared with. */
  #comparisonType(operator: Comparison, left: Attribute, right: Right): ValueType {
    const mixed = left.type?.kind === 'integer' && right.kind === 'attribute' && right.attribute.type?.kind === 'number'
    if (mixed) return { kind: 'number' }
    if (left.type) return left.type
    if (right.kind === 'attribute' && right.attribute.type) return right.attribute.type
    if (operator !== '=') return { kind: 'number' }
    return right.kind === 'constant' ? typeOfConstant(right.value) : { kind: 'any' }
  }

  #among(left: Attribute, operand: unknown, path: string): Tree {
    const explicit = isExplicit(operand, 'value') ? own(operand, 'value') : operand
    if (!Array.isArray(explicit)) {
      const right = this.#operand(operand, path)
      if (!right) return BROKEN
      if (right.kind === 'constant') return this.#broken(path, 'expected a list, or a reference to one.')
      if (!this.#fits(left, TEXT, path) || !this.#fits(right.attribute, TEXTS, path)) return BROKEN
      return { kind: 'leaf', test: 'element of', path, left, list: right.attribute }
    }
    if (explicit.length === 0) return this.#broken(path, 'an empty list holds nothing.')
    if (left.type?.kind === 'address') {
      const networks: string[] = []
      for (const [index, item] of explicit.entries()) {
        const known = networksOf(item)
        if (!known) return this.#broken(`${path}[${index}]`, 'expected an address or a network such as "10.0.0.0/8".')
        networks.push(...known)
      }
      return { kind: 'leaf', test: 'within', path, left, networks }
    }
    const type = left.type ?? typeOfConstant(isExplicit(explicit[0], 'value') ? own(explicit[0], 'value') : explicit[0])
    if (type.kind === 'texts') return this.#broken(path, `${left.name} is a list of texts: use "contains".`)
    const values: unknown[] = []
    for (const [index, item] of explicit.entries()) {
      const right = this.#operand(item, `${path}[${index}]`)
      if (right?.kind === 'attribute') return this.#broken(`${path}[${index}]`, 'a list holds values, not references.')
      const term = right && this.#term(right, type, left, `${path}[${index}]`)
      if (term?.kind !== 'constant') return BROKEN
      values.push(term.value)
    }
    return { kind: 'leaf', test: 'one of', path, left, type, values }
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
      return this.#broken(
        path,
        'a time of day needs a time zone: { "from": "09:00", "to": "17:00", "zone": "Europe/Berlin" }.',
      )
    }
    if (!isZone(zone))
      return this.#broken(path, `${JSON.stringify(zone)} is no time zone. Write "UTC" or "Europe/Berlin".`)
    return { kind: 'leaf', test: 'day time', path, left, from, to, zone }
  }

  #contains(left: Attribute, operand: unknown, path: string): Tree {
    const right = this.#operand(operand, path)
    if (!right || !this.#fits(left, TEXTS, path)) return BROKEN
    const term = this.#term(right, TEXT, left, path)
    return term ? { kind: 'leaf', test: 'contains', path, left, right: term } : BROKEN
  }

  #affix(test: 'starts' | 'ends', left: Attribute, operand: unknown, path: string): Tree {
    const right = this.#operand(operand, path)
    if (!right || !this.#fits(left, TEXT, path)) return BROKEN
    const term = this.#term(right, TEXT, left, path)
    if (term?.kind === 'constant' && term.value === '')
      return this.#broken(path, 'every text starts and ends with nothing.')
    return term ? { kind: 'leaf', test, path, left, right: term } : BROKEN
  }

  #fits({ name, type }: Attribute, expected: ValueType, path: string): boolean {
    if (type === undefined || sameType(type, expected)) return true
    this.#add(path, `${name} is ${describeType(type)}, expected is ${describeType(expected)}.`)
    return false
  }

  #term(right: Right, type: ValueType, left: Attribute, path: string): Term | undefined {
    if (right.kind === 'attribute') {
      return this.#fits(right.attribute, type, path) ? { kind: 'attribute', attribute: right.attribute } : undefined
    }
    const value = constantOf(type, right.value)
    if (value === undefined) {
      this.#add(
        path,
        `${JSON.stringify(right.value)?.slice(0, 60)} can't be compared with ${left.name}, which is ${describeType(type)}.`,
      )
      return undefined
    }
    return { kind: 'constant', value }
  }

  #operand(operand: unknown, path: string): Right | undefined {
    if (isExplicit(operand, 'ref')) {
      const name = own(operand, 'ref')
      const attribute = typeof name === 'string' ? this.#attribute(name, path) : undefined
      if (typeof name !== 'string') this.#add(path, '"ref" is the name of an attribute.')
      return attribute && { kind: 'attribute', attribute }
    }
    if (isExplicit(operand, 'value')) return this.#constant(own(operand, 'value'), path)
    if (typeof operand === 'string' && looksLikeReference(operand)) {
      if (this.#options.strict) {
        this.#add(path, `write { "ref": ${JSON.stringify(operand)} } for the attribute or { "value": … } for the text.`)
        return undefined
      }
      const attribute = this.#attribute(operand, path)
      return attribute && { kind: 'attribute', attribute }
    }
    return this.#constant(operand, path)
  }

  #constant(value: unknown, path: string): Right | undefined {
    if (typeof value === 'string' ? isStorable(value) : typeof value === 'boolean' || Number.isFinite(value)) {
      return { kind: 'constant', value }
    }
    this.#add(path, 'expected a text, a number, true or false, { "ref": … } or { "value": … }.')
    return undefined
  }

  #attribute(name: string, path: string): Attribute | undefined {
    const attribute = this.#options.attributes.find(name)
    if (typeof attribute === 'string') {
      this.#add(path, attribute)
      return undefined
    }
    if (this.#options.strict && attribute.type === undefined) {
      const nearest = nearestName(name, this.#options.attributes.names)
      this.#add(path, `the attribute ${name} is not declared.${nearest ? ` Did you mean "${nearest}"?` : ''}`)
      return undefined
    }
    return attribute
  }

  #broken(path: string, message: string): Tree {
    this.#add(path, message)
    return BROKEN
  }
}

type Right =
  | { readonly kind: 'attribute'; readonly attribute: Attribute }
  | { readonly kind: 'constant'; readonly value: unknown }

function isExplicit(operand: unknown, name: 'ref' | 'value'): operand is object {
  return (
    typeof operand === 'object' &&
    operand !== null &&
    !Array.isArray(operand) &&
    Object.keys(operand).length === 1 &&
    Object.hasOwn(operand, name)
  )
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

function shortened(path: string): string {
  return path.length > 200 ? `${path.slice(0, 160)}…` : path
}
