import { isDate } from 'node:util/types'

import { canonicalAddress } from '@ashlar/core/http'
import { group, listOf, type OptionReader, quoted, text } from '@ashlar/core/options'

/**
 * What an attribute holds: `text`, `number` (finite), `integer` (safe), `boolean`, `instant` (a Date, or milliseconds
 * since the Unix epoch), `address` (IPv4 or IPv6), `texts` (a list of texts), or one of ordered `levels`, lowest first.
 */
export type AttributeType =
  | 'text'
  | 'number'
  | 'integer'
  | 'boolean'
  | 'instant'
  | 'address'
  | 'texts'
  | { readonly levels: readonly string[] }

/** Attributes by name: `{ 'user.department': 'text', 'resource.amount': 'number' }`. */
export type AttributeTypes = Readonly<Record<string, AttributeType>>

export type Kind = 'text' | 'number' | 'integer' | 'boolean' | 'instant' | 'address' | 'texts' | 'level' | 'any'

export interface ValueType {
  readonly kind: Kind
  /** Of a level: its names, lowest first. */
  readonly levels?: readonly string[]
}

const SIMPLE: ReadonlySet<unknown> = new Set(['text', 'number', 'integer', 'boolean', 'instant', 'address', 'texts'])

const levels = group({ levels: listOf(text({ quote: true }), { min: 2, max: 1000, unique: true }) })

/** An `AttributeType`. */
export const valueType: OptionReader<ValueType> = (value, at) => {
  if (SIMPLE.has(value)) return { kind: value as Kind }
  if (typeof value === 'object' && value !== null) return { kind: 'level', ...levels(value, at) }
  throw at.invalid(`${[...SIMPLE].join(', ')} or { levels: [lowest, …, highest] }, not ${quoted(value)}`)
}

/**
 * A value in the form in which it is compared; `undefined` when it is not of that kind, so that nothing is coerced.
 * Levels become their rank, instants milliseconds, addresses their one spelling.
 */
export function comparable({ kind, levels }: ValueType, value: unknown): unknown {
  switch (kind) {
    case 'text':
      return typeof value === 'string' ? value : undefined
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) ? value : undefined
    case 'integer':
      return Number.isSafeInteger(value) ? value : undefined
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined
    case 'instant':
      return instantOf(value)
    case 'address':
      return typeof value === 'string' ? canonicalAddress(value) : undefined
    case 'texts':
      return isTexts(value) ? value : undefined
    case 'level':
      return typeof value === 'string' ? rankOf(levels!, value) : undefined
    case 'any':
      return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value) ? value : undefined
  }
}

/** PostgreSQL can hold neither NUL nor half a surrogate pair, and no honest attribute does. */
export function isStorable(text: string): boolean {
  return !/[\0\p{Surrogate}]/u.test(text)
}

/** What both a `Date` and PostgreSQL can hold, in milliseconds: from 24 November 4714 BC to 13 September 275760. */
const [EARLIEST, LATEST] = [-210_866_803_200_000, 8.64e15]

function instantOf(value: unknown): number | undefined {
  const time = isDate(value) ? Date.prototype.getTime.call(value) : value
  return typeof time === 'number' && time >= EARLIEST && time <= LATEST ? time : undefined
}

function rankOf(levels: readonly string[], level: string): number | undefined {
  const rank = levels.indexOf(level)
  return rank === -1 ? undefined : rank
}

/** Own elements only: a hole would be read from the prototype. */
function isTexts(value: unknown): value is readonly string[] {
  if (!Array.isArray(value)) return false
  for (let index = 0; index < value.length; index++) {
    if (!Object.hasOwn(value, index) || typeof value[index] !== 'string') return false
  }
  return true
}

/** ISO 8601 with a zone, of a bounded length. */
const INSTANT = /^[+-]?\d{4,6}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/

/** A constant of a policy, which is JSON: an instant is written in ISO 8601 with a zone. */
export function constantOf(type: ValueType, value: unknown): unknown {
  if (type.kind === 'instant') {
    return typeof value === 'string' && INSTANT.test(value) ? comparable(type, Date.parse(value)) : undefined
  }
  return comparable(type, value)
}

export function describeType({ kind, levels }: ValueType): string {
  if (kind === 'level') return `one of ${levels!.map((level) => `"${level}"`).join(', ')}`
  if (kind === 'texts') return 'a list of texts'
  if (kind === 'instant') return 'a time such as "2026-01-31T09:00:00Z"'
  return kind === 'integer' || kind === 'address' ? `an ${kind}` : `a ${kind}`
}

export function sameType(a: ValueType, b: ValueType): boolean {
  const numeric = (kind: Kind): Kind => (kind === 'integer' ? 'number' : kind)
  if (numeric(a.kind) !== numeric(b.kind)) return false
  return a.kind !== 'level' || (a.levels!.length === b.levels!.length && a.levels!.every((l, i) => l === b.levels![i]))
}
