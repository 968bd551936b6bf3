import { isThenable } from '@ashlar/core/time'

import type { FoundIssue } from './parsed.ts'

/**
 * What a caller is told by an issue's code. A library's own texts quote the schema: the secret of a literal, the beginning
 * that a key must have, the names of an enum, a regular expression, a limit.
 */
const TEXTS: Readonly<Record<string, string>> = {
  too_deep: 'Too deeply nested',
  invalid_type: 'Wrong type',
  invalid_value: 'Not an accepted value',
  invalid_literal: 'Not an accepted value',
  invalid_enum_value: 'Not an accepted value',
  invalid_union: 'Matches no accepted form',
  invalid_union_discriminator: 'Matches no accepted form',
  invalid_format: 'Wrong format',
  invalid_string: 'Wrong format',
  invalid_date: 'Not a valid date',
  invalid_key: 'Invalid key',
  invalid_element: 'Invalid element',
  unrecognized_keys: 'Unrecognized key',
  not_multiple_of: 'Not an accepted step',
  not_finite: 'Not a finite number',
  too_small: 'Too small',
  too_big: 'Too big',
}
const LENGTHS: Readonly<Record<string, string>> = { too_small: 'Too short', too_big: 'Too long' }

/** Types that JSON, queries and header fields have: no secret of any schema. */
const TYPES: ReadonlySet<unknown> = new Set([
  'string',
  'number',
  'int',
  'boolean',
  'object',
  'array',
  'record',
  'null',
  'date',
])

const MAX_AUTHORED = 200

/** A short name of what is wrong, as the library calls it: `invalid_type`, `too_small`, `min_length`. */
export function codeOf({ code, type }: FoundIssue): string {
  for (const name of [code, type]) if (typeof name === 'string' && /^\w{1,40}$/.test(name)) return name
  return 'invalid'
}

/** What the caller is told: what the schema's author wrote for it, or what can be said without quoting the schema. */
export function textOf(issue: FoundIssue): string {
  return authored(issue)?.slice(0, MAX_AUTHORED) ?? safe(issue)
}

function safe(issue: FoundIssue): string {
  const code = codeOf(issue)
  if (isMissing(issue, code)) return 'Required'
  if (code === 'invalid_type' && TYPES.has(issue['expected'])) return `Expected ${issue['expected']}`
  const measured = issue['origin'] ?? issue['type']
  if (measured === 'string' || measured === 'array') return LENGTHS[code] ?? known(code)
  return known(code)
}

const known = (code: string) => (Object.hasOwn(TEXTS, code) ? (TEXTS[code] as string) : 'Invalid input')

/** zod 4 tells the input, zod 3 and valibot what they have received in its place. */
function isMissing(issue: FoundIssue, code: string): boolean {
  return (
    issue['received'] === 'undefined' || (code === 'invalid_type' && 'input' in issue && issue['input'] === undefined)
  )
}

/** Of a check of the app's own, its text; else what a schema of zod 4 was given as `error`. Other texts may be the library's. */
function authored(issue: FoundIssue): string | undefined {
  const { code, message, inst, schema } = issue
  if (code === 'custom' && typeof message === 'string' && message !== '' && message !== 'Invalid input') return message
  return errorTextOf(inst, issue) ?? (schema === inst ? undefined : errorTextOf(schema, issue))
}

/** The `error` of a schema or check is the app's code. Where it fails, the caller is told less, and the input is refused all the same. */
function errorTextOf(node: unknown, issue: FoundIssue): string | undefined {
  try {
    const { error } = (node as { _zod?: { def?: { error?: unknown } } } | undefined)?._zod?.def ?? {}
    const answer: unknown = typeof error === 'function' ? error(issue) : undefined
    if (isThenable(answer)) answer.then(undefined, () => {})
    const text: unknown =
      typeof answer === 'object' && answer !== null ? (answer as { message?: unknown }).message : answer
    return typeof text === 'string' ? text : undefined
  } catch {
    return undefined
  }
}
