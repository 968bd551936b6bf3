import { nearestName } from '@ashlar/core/options'

import { own } from '../own.ts'
import type { Tree } from './condition-tree.ts'
import { LEAF_OPERATORS, LeafReader } from './read-leaf.ts'
import { OperandReader } from './read-operand.ts'
import { type AddIssue, BROKEN, type ReadOptions } from './reading.ts'

/** A condition nested deeper than this is a mistake or an attack. */
const MAX_DEPTH = 64
/** The same for the number of its parts. */
const MAX_PARTS = 10_000

const OPERATORS: readonly string[] = ['and', 'or', 'not', ...LEAF_OPERATORS]

/** Reads one policy's condition. Whatever is wrong becomes an issue with its path. */
export class ConditionReader {
  readonly #add: AddIssue
  readonly #operands: OperandReader
  readonly #leaves: LeafReader
  #parts = 0
  #tooMany = false

  constructor(options: ReadOptions, add: AddIssue) {
    this.#add = add
    this.#operands = new OperandReader(options, add)
    this.#leaves = new LeafReader(options, add, this.#operands)
  }

  /** How many parts were read. */
  get parts(): number {
    return this.#parts
  }

  read(condition: unknown, path: string, depth = 0): Tree {
    if (depth > MAX_DEPTH) return this.#broken(shortened(path), `conditions nest at most ${MAX_DEPTH} deep.`)
    if (!this.#counts(path)) return BROKEN
    if (!isObject(condition)) {
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
      const nearest = nearestName(operator.slice(0, 64), OPERATORS)
      const hint = nearest ? `Did you mean "${nearest}"?` : `Known are: ${OPERATORS.join(', ')}.`
      return this.#broken(path, `there is no operator "${operator}". ${hint}`)
    }
    const names = isObject(operand) ? Object.keys(operand) : []
    if (names.length === 0) {
      return this.#broken(path, `expected attributes by name, such as { "${operator}": { "user.department": … } }.`)
    }
    const leaves = names.map((name, index) => {
      const at = `${path}[${JSON.stringify(name)}]`
      // The first was counted with its operator.
      if (index > 0 && !this.#counts(at)) return BROKEN
      const left = this.#operands.attribute(name, at)
      return left ? this.#leaves.read(operator, left, own(operand as object, name), at) : BROKEN
    })
    return leaves.length === 1 ? leaves[0]! : { kind: 'and', of: leaves }
  }

  /** Whether one part more may be. */
  #counts(path: string): boolean {
    if (++this.#parts <= MAX_PARTS) return true
    if (!this.#tooMany) this.#add(path, `a policy has at most ${MAX_PARTS} conditions.`)
    this.#tooMany = true
    return false
  }

  #broken(path: string, message: string): Tree {
    this.#add(path, message)
    return BROKEN
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function shortened(path: string): string {
  return path.length > 200 ? `${path.slice(0, 160)}…` : path
}
