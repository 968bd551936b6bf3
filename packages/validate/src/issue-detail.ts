import type { InputPart } from './input-part.ts'
import { codeOf } from './issue-text.ts'
import type { FoundIssue } from './parsed.ts'

/** What libraries tell of the schema itself. Their texts are not among these: some quote what was sent. */
const OF_THE_SCHEMA = [
  'expected',
  'format',
  'pattern',
  'prefix',
  'suffix',
  'includes',
  'minimum',
  'maximum',
  'divisor',
  'values',
  'options',
  'requirement',
]

const MAX_DETAIL = 300

/** An issue with what the schema compares with, for whoever develops the app; never for the caller. */
export function issueDetail(part: InputPart, issue: FoundIssue): string {
  const known = OF_THE_SCHEMA.filter((name) => issue[name] !== undefined).map(
    (name) => `${name} ${written(issue[name])}`,
  )
  return `${part}: ${[codeOf(issue), ...known].join(', ')}`.slice(0, MAX_DETAIL)
}

function written(value: unknown): string {
  if (Array.isArray(value)) return value.map(written).join(' | ')
  if (typeof value === 'string') return JSON.stringify(value)
  return typeof value === 'object' && value !== null && !(value instanceof RegExp) ? 'an object' : String(value)
}
