import { ConfigurationError } from '@ashlar/core'
import { type OptionReader, recordOf, text } from '@ashlar/core/options'

import type { Attribute } from '../policies/attributes.ts'
import { attributesOf, type Leaf, type Tree } from '../policies/condition-tree.ts'
import { FALSE, negated, TRUE, type Truth, UNKNOWN } from '../policies/truth.ts'
import type { ValueType } from '../policies/value-type.ts'
import { quoteName, quoteText } from './quote.ts'

/** A condition in SQL, or its truth where no row is needed for it. */
export type SqlCondition = { readonly text: string } | { readonly truth: Truth }

/** Where a condition's values come from. */
export interface SqlSource {
  /** The truth of a leaf that reads no row, where it is known already. */
  known?(leaf: Leaf): Truth | undefined
  /** A user or environment attribute in the SQL type of `type`; NULL when it is missing or of another kind. */
  attribute(attribute: Attribute, type: ValueType): string
  /** Whether a user or environment attribute is there. */
  exists(attribute: Attribute): string
  /** A constant in the SQL type of `type`, or an array of it. */
  constant(type: ValueType, value: unknown): string
  constants(type: ValueType, values: readonly unknown[]): string
}

/** How the attributes of a resource are called in its table. */
export interface Columns {
  /** The table's alias in the query. Default none. */
  readonly alias?: string | undefined
  /** Columns that are not called like their attribute: `{ owner_id: 'created_by' }`. */
  readonly names?: Readonly<Record<string, string>> | undefined
}

/** The option `columns`: names of columns by those of attributes. */
export const columnNames: OptionReader<Readonly<Record<string, string>>> = recordOf(text({ quote: true }), { min: 0 })

/** The SQL type in which each kind is compared. */
export const SQL_TYPES = {
  text: 'text',
  number: 'float8',
  integer: 'float8',
  boolean: 'boolean',
  instant: 'timestamptz',
  address: 'inet',
  texts: 'text[]',
  level: 'integer',
} as const

/** Renders the tree of a policy. SQL's own three-valued logic is the one that the closures follow. */
export function sqlCondition(tree: Tree | undefined, source: SqlSource, columns: Columns): SqlCondition {
  if (tree === undefined) return { truth: TRUE }
  if (tree.kind === 'not') {
    const inner = sqlCondition(tree.of, source, columns)
    return 'truth' in inner ? { truth: negated(inner.truth) } : { text: `NOT ${inner.text}` }
  }
  if (tree.kind === 'leaf') {
    const truth = source.known?.(tree)
    return truth === undefined ? { text: `(${leafText(tree, source, columns)})` } : { truth }
  }
  const parts = tree.of.map((part) => sqlCondition(part, source, columns))
  return tree.kind === 'and' ? conjunction(parts) : disjunction(parts)
}

export function conjunction(parts: readonly SqlCondition[]): SqlCondition {
  return joined(parts, 'AND', FALSE)
}

export function disjunction(parts: readonly SqlCondition[]): SqlCondition {
  return joined(parts, 'OR', TRUE)
}

export function textOf(condition: SqlCondition): string {
  if ('text' in condition) return condition.text
  return condition.truth === TRUE ? 'TRUE' : condition.truth === FALSE ? 'FALSE' : 'NULL::boolean'
}

function joined(parts: readonly SqlCondition[], operator: 'AND' | 'OR', decisive: Truth): SqlCondition {
  const truths = parts.flatMap((part) => ('truth' in part ? [part.truth] : []))
  if (truths.includes(decisive)) return { truth: decisive }
  const texts = parts.flatMap((part) => ('text' in part ? [part.text] : []))
  if (texts.length === 0) return { truth: truths.includes(UNKNOWN) ? UNKNOWN : negated(decisive) }
  if (truths.includes(UNKNOWN)) texts.push('NULL::boolean')
  return { text: texts.length === 1 ? texts[0]! : `(${texts.join(` ${operator} `)})` }
}

function leafText(leaf: Leaf, source: SqlSource, columns: Columns): string {
  const value = (attribute: Attribute, type: ValueType): string =>
    attribute.root === 'resource' ? columnText(leaf, attribute, type, columns) : source.attribute(attribute, type)
  const right = (type: ValueType): string => {
    if (!('right' in leaf)) throw unwritable(leaf, 'has nothing on its right')
    return leaf.right.kind === 'attribute' ? value(leaf.right.attribute, type) : source.constant(type, leaf.right.value)
  }
  switch (leaf.test) {
    case 'compare':
      if (leaf.type.kind === 'any') throw unwritable(leaf, `compares ${names(leaf)}, and neither is declared`)
      return `${value(leaf.left, leaf.type)} ${leaf.operator} ${right(leaf.type)}`
    case 'one of':
      return `${value(leaf.left, leaf.type)} = ANY(${source.constants(leaf.type, leaf.values)})`
    case 'element of':
      return elementText(value(leaf.left, { kind: 'text' }), value(leaf.list, { kind: 'texts' }))
    case 'contains':
      return elementText(right({ kind: 'text' }), value(leaf.left, { kind: 'texts' }))
    case 'starts':
      return `starts_with(${value(leaf.left, { kind: 'text' })}, ${right({ kind: 'text' })})`
    case 'ends': {
      const part = right({ kind: 'text' })
      return `right(${value(leaf.left, { kind: 'text' })}, char_length(${part})) = ${part}`
    }
    case 'within':
      return `${value(leaf.left, { kind: 'address' })} <<= ANY(${source.constants({ kind: 'address' }, leaf.networks)})`
    case 'day time': {
      const time = `(${value(leaf.left, { kind: 'instant' })} AT TIME ZONE ${quoteText(leaf.zone)})::time`
      const [from, to] = [leaf.from, leaf.to].map((ms) => `time ${quoteText(new Date(ms).toISOString().slice(11, 23))}`)
      return `${time} >= ${from} ${leaf.from < leaf.to ? 'AND' : 'OR'} ${time} <= ${to}`
    }
    case 'exists': {
      const there =
        leaf.left.root === 'resource' ? `${column(leaf, leaf.left, columns)} IS NOT NULL` : source.exists(leaf.left)
      return leaf.expected ? there : `NOT (${there})`
    }
  }
}

/** `NULL = ANY('{}')` is false in SQL, where an unknown element of any list is unknown here. */
function elementText(item: string, list: string): string {
  return `CASE WHEN ${item} IS NOT NULL THEN ${item} = ANY(CAST(${list} AS text[])) END`
}

function columnText(leaf: Leaf, attribute: Attribute, type: ValueType, columns: Columns): string {
  const name = column(leaf, attribute, columns)
  switch (type.kind) {
    case 'text':
      return `${name}::text`
    case 'number':
      return `NULLIF(NULLIF(NULLIF(${name}::float8, 'NaN'), 'Infinity'), '-Infinity')`
    case 'integer':
    case 'boolean':
    case 'instant':
      return name
    case 'texts':
      return `CASE WHEN array_position(${name}::text[], NULL) IS NULL THEN ${name}::text[] END`
    case 'level':
      return levelRank(`${name}::text`, type)
    default:
      throw unwritable(leaf, `reads ${attribute.name}, which is no column that SQL compares like this`)
  }
}

/** Ranks count from 1, as arrays do in SQL. */
export function levelRank(text: string, { levels }: ValueType): string {
  return `array_position(ARRAY[${levels!.map(quoteText).join(', ')}]::text[], ${text})`
}

function column(leaf: Leaf, { path }: Attribute, { alias, names: given }: Columns): string {
  const [name = ''] = path
  if (path.length > 1) throw unwritable(leaf, `reads resource.${path.join('.')}, which is no column`)
  const called = given && Object.hasOwn(given, name) ? given[name]! : name
  return alias === undefined ? quoteName(called) : `${quoteName(alias)}.${quoteName(called)}`
}

function names(leaf: Leaf): string {
  return attributesOf(leaf)
    .map(({ name }) => name)
    .join(' and ')
}

function unwritable({ path }: Leaf, why: string): ConfigurationError {
  return new ConfigurationError('ERR_POLICY_INVALID', `${path} can't be written in SQL: it ${why}.`)
}
