import { ConfigurationError, type Principal } from '@ashlar/core'
import { checkOptionNames, numberOption } from '@ashlar/core/options'

import { rawReader, readerOf, type UserSlots } from '../policies/attributes.ts'
import { compileLeaf } from '../policies/compile-condition.ts'
import { attributesOf } from '../policies/condition-tree.ts'
import type { Inquiry } from '../policies/inquiry.ts'
import type { CompiledPolicy } from '../policies/policy-index.ts'
import { negated, TRUE } from '../policies/truth.ts'
import { isStorable, type ValueType } from '../policies/value-type.ts'
import { readPermission } from '../roles/permission.ts'
import type { RuleSet } from '../rule-set.ts'
import {
  type Columns,
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

/** The rows for which `can` would answer yes. */
export function rowFilter(
  rules: RuleSet,
  principal: Principal,
  text: string,
  options: RowFilterOptions = {},
): RowFilter {
  checkOptionNames('filter()', options, ['alias', 'columns', 'firstParameter', 'environment'])
  const first = numberOption('filter()', 'firstParameter', options.firstParameter, {
    min: 1,
    integer: true,
    fallback: 1,
  })
  const plan = readPermission(text) && rules.index.plan(text)
  if (!plan) throw new ConfigurationError('ERR_OPTION_INVALID', `filter(): ${JSON.stringify(text)} is no permission.`)
  const subject = rules.subjects.of(principal)
  const inquiry = rules.inquiry(plan, subject, undefined, options.environment)
  const parameters = new Parameters()
  const source = boundSource(rules.slots, inquiry, parameters)
  const columns: Columns = { alias: options.alias, names: options.columns }
  const render = ({ tree }: CompiledPolicy) => sqlCondition(tree, source, columns)
  const denied = plan.denies.map((policy) => {
    const condition = render(policy)
    return 'truth' in condition ? { truth: negated(condition.truth) } : { text: `NOT ${condition.text}` }
  })
  const granted = subject.grants.allows(plan.permission)
  const allowed = granted ? { truth: TRUE as 2 } : disjunction(plan.allows.map(render))
  const condition = conjunction([...denied, allowed])
  // Nothing is allowed by what is not known.
  if ('truth' in condition) return { text: condition.truth === TRUE ? 'TRUE' : 'FALSE', values: [] }
  return parameters.numbered(textOf(condition), first)
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
