import { ConfigurationError } from '@ashlar/core'

import type { Attribute } from '../policies/attributes.ts'
import type { ValueType } from '../policies/value-type.ts'
import { quoteText } from './quote.ts'
import { levelRank, SQL_TYPES, type SqlSource } from './sql-condition.ts'

/** The key under which the session holds an attribute in the form of a kind. */
export function sessionKey({ name }: Attribute, kind: ValueType['kind'] | 'exists'): string {
  return `${name}/${kind === 'level' || kind === 'address' ? 'text' : kind === 'integer' ? 'number' : kind}`
}

/** Attributes come from the transaction's setting; the sub-select lets PostgreSQL read each of them once a query. */
export const SESSION: SqlSource = {
  attribute(attribute, type) {
    const json = `ashlar.attribute(${quoteText(sessionKey(attribute, type.kind))})`
    switch (type.kind) {
      case 'texts':
        return `(SELECT CASE WHEN jsonb_typeof(${json}) = 'array' THEN ARRAY(SELECT jsonb_array_elements_text(${json})) END)`
      case 'level':
        return `(SELECT ${levelRank(`${json} #>> '{}'`, type)})`
      case 'instant':
        return `(SELECT to_timestamp((${json} #>> '{}')::float8 / 1000))`
      case 'any':
        throw new ConfigurationError('ERR_POLICY_INVALID', `${attribute.name} is not declared.`)
      default:
        return `(SELECT (${json} #>> '{}')::${SQL_TYPES[type.kind]})`
    }
  },
  exists: (attribute) => `(SELECT ashlar.attribute(${quoteText(sessionKey(attribute, 'exists'))}) = 'true'::jsonb)`,
  constant: literal,
  constants: (type, values) =>
    `ARRAY[${values.map((value) => literal(type, value)).join(', ')}]::${type.kind === 'any' ? 'text' : SQL_TYPES[type.kind]}[]`,
}

function literal({ kind }: ValueType, value: unknown): string {
  switch (kind) {
    case 'number':
    case 'integer':
      return `${quoteText(String(value))}::float8`
    case 'boolean':
      return value === true ? 'TRUE' : 'FALSE'
    case 'instant':
      return `to_timestamp(${quoteText(String(value))}::float8 / 1000)`
    case 'level':
      return String((value as number) + 1)
    case 'address':
      return `${quoteText(String(value))}::inet`
    default:
      return quoteText(String(value))
  }
}
