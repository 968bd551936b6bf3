import type { Principal } from '@ashlar/core'
import { OptionPlace, type OptionTable, optional, readOptions, text, wholeNumber } from '@ashlar/core/options'
import { anObject } from '../an-object.ts'
import { rawReader, readerOf, type UserSlots } from '../policies/attributes.ts'
import { compileLeaf } from '../policies/compile-leaf.ts'
import { attributesOf } from '../policies/condition-tree.ts'
import type { Inquiry } from '../policies/inquiry.ts'
import type { CompiledPolicy } from '../policies/policy-index.ts'
import { negated, TRUE } from '../policies/truth.ts'
import { isStorable, type ValueType } from '../policies/value-type.ts'
import { askedPermission } from '../roles/permission.ts'
import type { RuleSet } from '../rule-set.ts'
import {
  type Columns,
  columnNames,
  conjunction,
  disjunction,
  SQL_TYPES,
  type SqlSource,
  sqlCondition,
  textOf,
} from './sql-condition.ts'

export interface RowFilterOptions {
  /** The table's alias in the query. Default none. */
  readonly alias?: string
  /** Columns that are not called like their attribute: `{ owner_id: 'created_by' }`. Default none. */
  readonly columns?: Readonly<Record<string, string>>
  /** The number of the first parameter. Default 1. */
  readonly firstParameter?: number
  /** As for `can`. Default: the time. */
  readonly environment?: object
}

/** A condition for a WHERE clause, for PostgreSQL, with its parameters. */
export interface RowFilter {
  /** Joined to others by AND only: for a row that can't be decided about it is NULL. */
  readonly text: string
  readonly values: readonly unknown[]
}

const WHERE = 'filter()'

const OPTIONS = {
  alias: optional(text({ quote: true })),
  columns: optional(columnNames),
  firstParameter: wholeNumber({ min: 1, max: 65_535, fallback: 1 }),
  environment: optional(anObject),
} satisfies OptionTable<RowFilterOptions>

const DEFAULTS = readOptions(WHERE, {} as RowFilterOptions, OPTIONS)

/** The rows for which `can` would answer yes. */
export function rowFilter(
  rules: RuleSet,
  principal: Principal,
  permission: string,
  options?: RowFilterOptions,
): RowFilter {
  const { alias, columns, firstParameter, environment } = options ? readOptions(WHERE, options, OPTIONS) : DEFAULTS
  const { text } = askedPermission(permission, new OptionPlace(WHERE, 'permission'))
  const plan = rules.index.plan(text)!
  const subject = rules.subjects.of(principal)
  const inquiry = rules.inquiry(subject, plan, undefined, environment)
  const parameters = new Parameters()
  const source = boundSource(rules.slots, inquiry, parameters)
  const named: Columns = { alias, names: columns }
  const render = ({ tree }: CompiledPolicy) => sqlCondition(tree, source, named)
  const denied = plan.denies.map((policy) => {
    const condition = render(policy)
    return 'truth' in condition ? { truth: negated(condition.truth) } : { text: `NOT ${condition.text}` }
  })
  const granted = subject.grants.allows(plan.permission)
  const allowed = granted ? { truth: TRUE as 2 } : disjunction(plan.allows.map(render))
  const condition = conjunction([...denied, allowed])
  // Nothing is allowed by what is not known.
  if ('truth' in condition) return { text: condition.truth === TRUE ? 'TRUE' : 'FALSE', values: [] }
  return parameters.numbered(textOf(condition), firstParameter)
}

/** Numbered at the end, since a part of the condition may turn out not to be needed. NUL is in no SQL text. */
class Parameters {
  readonly #values: unknown[] = []

  add(value: unknown, type: string): string {
    return `\0${this.#values.push(value) - 1}\0::${type}`
  }

  numbered(text: string, first: number): RowFilter {
    const values: unknown[] = []
    const numbered = text.replace(/\0(\d+)\0/g, (_, index: string) => {
      return `$${first + values.push(this.#values[Number(index)]) - 1}`
    })
    return { text: numbered, values }
  }
}

/** What is known of the caller becomes a parameter; what reads no row is decided here and now. */
function boundSource(slots: UserSlots, inquiry: Inquiry, parameters: Parameters): SqlSource {
  const bind = ({ kind, levels }: ValueType, value: unknown): string => {
    if (kind === 'level') return parameters.add(typeof value === 'number' ? value + 1 : null, SQL_TYPES.level)
    if (kind === 'instant') {
      return `to_timestamp(${parameters.add(value ?? null, 'float8')} / 1000)`
    }
    const storable =
      typeof value === 'string'
        ? isStorable(value)
        : !Array.isArray(value) || value.every((item) => typeof item !== 'string' || isStorable(item))
    const type = levels || kind === 'any' ? 'text' : SQL_TYPES[kind]
    return parameters.add(value === undefined || !storable ? null : value, type)
  }
  return {
    known: (leaf) =>
      attributesOf(leaf).some(({ root }) => root === 'resource') ? undefined : compileLeaf(leaf, slots)(inquiry),
    attribute: (attribute, type) => bind(type, readerOf(attribute, type, slots)(inquiry)),
    exists: (attribute) => ((rawReader(attribute, slots)(inquiry) ?? null) !== null ? 'TRUE' : 'FALSE'),
    constant: bind,
    constants: ({ kind }, values) =>
      kind === 'level'
        ? parameters.add(
            values.map((rank) => (rank as number) + 1),
            'integer[]',
          )
        : kind === 'instant'
          ? `ARRAY(SELECT to_timestamp(ms / 1000) FROM unnest(${parameters.add(values, 'float8[]')}) ms)`
          : parameters.add(values, `${kind === 'any' ? 'text' : SQL_TYPES[kind]}[]`),
  }
}
