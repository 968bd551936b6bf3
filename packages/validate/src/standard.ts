import type { Awaitable } from '@ashlar/core'
import { isThenable } from '@ashlar/core/time'

import type { FoundIssue, Parsed } from './parsed.ts'
import type { Schema } from './schema.ts'

/**
 * Runs a schema of any library, by the one call that Standard Schema has. Which answers it gives, at once or later, is the
 * library's affair; a thing that is no answer is an error.
 * @throws TypeError for an answer that Standard Schema does not know, and whatever the schema throws
 */
export function parseStandard(standard: Schema['~standard'], value: unknown): Awaitable<Parsed> {
  const result = standard.validate(value)
  return isThenable(result) ? Promise.resolve(result).then(parsedOf) : parsedOf(result)
}

function parsedOf(result: unknown): Parsed {
  if ((typeof result === 'object' || typeof result === 'function') && result !== null) {
    const { issues } = result as { readonly issues?: unknown }
    // An empty list of issues is a failure too: the other kind of answer has none.
    if (issues !== undefined)
      return { success: false, issues: Array.isArray(issues) && issues.length > 0 ? (issues as FoundIssue[]) : [{}] }
    if ('value' in result) return { success: true, data: result.value }
  }
  throw new TypeError('A schema answered neither a value nor issues, as Standard Schema has it.')
}
