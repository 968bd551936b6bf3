import { nearestName } from '@ashlar/core/options'

import { own } from '../own.ts'
import { type Attribute, looksLikeReference } from './attributes.ts'
import type { Term } from './condition-tree.ts'
import type { AddIssue, ReadOptions } from './reading.ts'
import { constantOf, describeType, isStorable, sameType, type ValueType } from './value-type.ts'

/** What stands beside an attribute, before it is known what it is compared as. */
export type Operand =
  | { readonly kind: 'attribute'; readonly attribute: Attribute }
  | { readonly kind: 'constant'; readonly value: unknown }

/** A longer text is no constant that anybody means, and every decision would have to look at it. */
const MAX_TEXT = 10_000

/** Reads attributes, and what they are compared with. Whatever is wrong becomes an issue with its path. */
export class OperandReader {
  readonly #options: ReadOptions
  readonly #add: AddIssue

  constructor(options: ReadOptions, add: AddIssue) {
    this.#options = options
    this.#add = add
  }

  attribute(name: string, path: string): Attribute | undefined {
    const { attributes, strict } = this.#options
    const attribute = attributes.find(name)
    if (typeof attribute === 'string') {
      this.#add(path, attribute)
      return undefined
    }
    if (strict && attribute.type === undefined) {
      const nearest = nearestName(name.slice(0, 200), attributes.names)
      this.#add(path, `the attribute ${name} is not declared.${nearest ? ` Did you mean "${nearest}"?` : ''}`)
      return undefined
    }
    return attribute
  }

  operand(operand: unknown, path: string): Operand | undefined {
    if (isExplicit(operand, 'ref')) {
      const name = own(operand, 'ref')
      if (typeof name === 'string') return this.#reference(name, path)
      this.#add(path, '"ref" is the name of an attribute.')
      return undefined
    }
    if (isExplicit(operand, 'value')) return this.#constant(own(operand, 'value'), path)
    if (typeof operand !== 'string' || !looksLikeReference(operand)) return this.#constant(operand, path)
    if (!this.#options.strict) return this.#reference(operand, path)
    this.#add(path, `write { "ref": ${JSON.stringify(operand)} } for the attribute or { "value": … } for the text.`)
    return undefined
  }

  /** An operand in the form in which it is compared. */
  term(right: Operand, type: ValueType, left: Attribute, path: string): Term | undefined {
    if (right.kind === 'attribute') return this.fits(right.attribute, type, path) ? right : undefined
    const value = constantOf(type, right.value)
    if (value !== undefined) return { kind: 'constant', value }
    const shown = JSON.stringify(right.value)?.slice(0, 60)
    this.#add(path, `${shown} can't be compared with ${left.name}, which is ${describeType(type)}.`)
    return undefined
  }

  fits({ name, type }: Attribute, expected: ValueType, path: string): boolean {
    if (type === undefined || sameType(type, expected)) return true
    this.#add(path, `${name} is ${describeType(type)}, expected is ${describeType(expected)}.`)
    return false
  }

  #reference(name: string, path: string): Operand | undefined {
    const attribute = this.attribute(name, path)
    return attribute && { kind: 'attribute', attribute }
  }

  #constant(value: unknown, path: string): Operand | undefined {
    if (typeof value === 'string' && value.length > MAX_TEXT) {
      this.#add(path, `a text has at most ${MAX_TEXT} characters.`)
      return undefined
    }
    if (typeof value === 'string' ? isStorable(value) : typeof value === 'boolean' || Number.isFinite(value)) {
      return { kind: 'constant', value }
    }
    this.#add(path, 'expected a text, a number, true or false, { "ref": … } or { "value": … }.')
    return undefined
  }
}

/** `{ ref }` or `{ value }`, and nothing beside it. */
export function isExplicit(operand: unknown, name: 'ref' | 'value'): operand is object {
  return (
    typeof operand === 'object' &&
    operand !== null &&
    !Array.isArray(operand) &&
    Object.keys(operand).length === 1 &&
    Object.hasOwn(operand, name)
  )
}
