import { flag } from '../options/flag.ts'
import { listOf } from '../options/list-of.ts'
import { wholeNumber } from '../options/number-option.ts'
import { orElse } from '../options/optional.ts'
import { readOptions } from '../options/read-options.ts'
import { text } from '../options/text-option.ts'
import { PlainTexts } from './plain-texts.ts'
import { nameRule, type Sensitivity } from './sensitive-names.ts'
import { isCardNumber, redactText, type TextRules } from './sensitive-text.ts'

export interface RedactionOptions {
  /** Further key names, or parts of them, whose values are never written. Default: none. */
  readonly names?: readonly string[]
  /** Replace e-mail addresses in texts. Default `false`. */
  readonly emails?: boolean
  /** Replace phone numbers in international form in texts. Default `false`. */
  readonly phones?: boolean
  /** How deep objects are followed. Default 8. */
  readonly maxDepth?: number
  /** How many entries of one object or list are kept. Default 100. */
  readonly maxEntries?: number
  /** How many characters of one text are kept. Default 4096. */
  readonly maxText?: number
}

/** A copy of a value that is safe to write: plain JSON, bounded, without what is secret. Never throws. */
export type Redact = (value: unknown) => unknown

interface Rules extends TextRules {
  readonly sensitivity: (name: string) => Sensitivity
  readonly maxDepth: number
  readonly maxEntries: number
  readonly maxText: number
  readonly plain: PlainTexts
}

const REDACTED = '[redacted]'
/** Keys under which a list of pairs names what the neighbour holds: `{ name: 'password', value: '…' }`. */
const NAMING = ['name', 'key', 'field', 'header', 'Name', 'Key']

/**
 * Compiles what is removed before anything is hashed or written.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`
 */
export function redaction(options: RedactionOptions = {}): Redact {
  const { names, emails, phones, ...bounds } = readOptions('redaction()', options, {
    names: orElse(listOf(text({ pattern: /[A-Za-z0-9]/, says: 'a name' }), { min: 0 }), () => []),
    emails: flag(false),
    phones: flag(false),
    maxDepth: wholeNumber({ min: 1, max: 64, fallback: 8 }),
    maxEntries: wholeNumber({ min: 1, fallback: 100 }),
    maxText: wholeNumber({ min: 64, fallback: 4096 }),
  })
  const rules: Rules = { sensitivity: nameRule(names), emails, phones, ...bounds, plain: new PlainTexts() }
  return (value) => clean(value, rules, rules.maxDepth, [])
}

function clean(value: unknown, rules: Rules, depth: number, above: object[]): unknown {
  switch (typeof value) {
    case 'string':
      return cleanText(value, rules, depth)
    case 'number':
      return Number.isInteger(value) && value >= 1e12 && isCardNumber(String(value)) ? REDACTED : value
    case 'bigint':
      return isCardNumber(String(value)) ? REDACTED : String(value)
    case 'boolean':
      return value
    case 'object':
      return value === null ? null : cleanObject(value, rules, depth, above)
    default:
      return undefined
  }
}

function cleanText(text: string, rules: Rules, depth: number): string {
  // Shorter than any secret with its name.
  if (text.length < 7 || rules.plain.has(text)) return text
  let kept = text
  if (text.length > rules.maxText) {
    // A secret that the cut goes through would no longer be recognised, so the last word goes with it.
    kept = `${text.slice(0, rules.maxText).replace(/\S{1,512}$/, '')}…[${text.length} characters]`
  }
  const first = kept.charCodeAt(0)
  if ((first === 123 || first === 91 || first === 34 || first === 32) && depth > 0) {
    const parsed = parseJson(kept)
    if (parsed !== undefined) return JSON.stringify(clean(parsed, rules, depth - 1, [])) ?? ''
  }
  const redacted = redactText(kept, rules)
  if (redacted === text) rules.plain.add(text)
  return redacted
}

/** What a JSON text holds, where it is one that can hold a name or a text. */
function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return value
  } catch {
    return undefined
  }
}

function cleanObject(value: object, rules: Rules, depth: number, above: object[]): unknown {
  if (above.includes(value)) return '[circular]'
  if (depth === 0) return '[too deep]'
  above.push(value)
  try {
    if (Array.isArray(value)) return cleanList(value, rules, depth, above)
    // Nearly all objects are plain; the rest of the list need not be asked for them.
    const prototype: unknown = Object.getPrototypeOf(value)
    if ((prototype === Object.prototype || prototype === null) && !(Symbol.iterator in value)) {
      return cleanMembers(value, rules, depth, above)
    }
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`
    if (value instanceof URL || value instanceof RegExp) return cleanText(String(value), rules, depth)
    if (value instanceof Error) return cleanError(value, rules, depth, above)
    if (value instanceof Set) return cleanList([...value], rules, depth, above)
    if (value instanceof Map || isPairs(value)) {
      return cleanEntries([...(value as Iterable<[unknown, unknown]>)], rules, depth, above)
    }
    if (value instanceof String || value instanceof Number || value instanceof Boolean) {
      return clean(value.valueOf(), rules, depth, above)
    }
    return cleanMembers(value, rules, depth, above)
  } catch {
    return '[unreadable]'
  } finally {
    above.pop()
  }
}

/** `Headers`, `URLSearchParams` and `FormData` keep their values out of sight of `Object.keys`. */
function isPairs(value: object): boolean {
  return (
    value instanceof URLSearchParams ||
    (typeof (value as { entries?: unknown }).entries === 'function' && Symbol.iterator in value)
  )
}

function cleanMembers(value: object, rules: Rules, depth: number, above: object[]): object {
  const source = value as Record<string, unknown>
  const result: Record<string, unknown> = {}
  const named = namedSensitivity(source, rules)
  let kept = 0
  for (const name in source) {
    if (!Object.hasOwn(source, name)) continue
    if (kept++ === rules.maxEntries) {
      result['…'] = `${Object.keys(source).length - rules.maxEntries} more`
      break
    }
    if (name === 'value' && named !== 'plain') {
      if (named === 'redacted') result[name] = REDACTED
      continue
    }
    put(result, name, source, rules, depth, above)
  }
  return result
}

function namedSensitivity(source: Record<string, unknown>, { sensitivity }: Rules): Sensitivity {
  if (!Object.hasOwn(source, 'value')) return 'plain'
  for (const naming of NAMING) {
    const name = Object.hasOwn(source, naming) ? source[naming] : undefined
    if (typeof name === 'string' && sensitivity(name) !== 'plain') return sensitivity(name)
  }
  return 'plain'
}

function cleanEntries(entries: readonly [unknown, unknown][], rules: Rules, depth: number, above: object[]): object {
  const result: Record<string, unknown> = {}
  for (const [name, value] of entries.slice(0, rules.maxEntries)) {
    const label = typeof name === 'string' ? name : String(JSON.stringify(clean(name, rules, depth - 1, above)))
    put(result, label, { [label]: value }, rules, depth, above)
  }
  if (entries.length > rules.maxEntries) result['…'] = `${entries.length - rules.maxEntries} more`
  return result
}

function put(
  result: Record<string, unknown>,
  name: string,
  source: Readonly<Record<string, unknown>>,
  rules: Rules,
  depth: number,
  above: object[],
): void {
  const sensitivity = rules.sensitivity(name)
  if (sensitivity === 'dropped') return
  let value: unknown
  try {
    value = sensitivity === 'redacted' ? REDACTED : clean(source[name], rules, depth - 1, above)
  } catch {
    value = '[unreadable]'
  }
  if (value === undefined) return
  // A key can be a secret too; and `__proto__` must become an entry, not a prototype.
  const label = name.length < 7 ? name : redactText(name.slice(0, rules.maxText), rules)
  if (label === '__proto__') Object.defineProperty(result, label, { value, enumerable: true })
  else result[label] = value
}

/** In a flat list of names and values, such as node's `rawHeaders`, a sensitive name hides what follows it. */
function cleanList(list: readonly unknown[], rules: Rules, depth: number, above: object[]): unknown[] {
  const result: unknown[] = []
  for (let index = 0; index < Math.min(list.length, rules.maxEntries); index++) {
    const before = list[index - 1]
    const hidden = typeof before === 'string' && before.length < 64 && rules.sensitivity(before) !== 'plain'
    result.push(hidden ? REDACTED : (clean(list[index], rules, depth - 1, above) ?? null))
  }
  if (list.length > rules.maxEntries) result.push(`… ${list.length - rules.maxEntries} more`)
  return result
}

/**
 * An error's stack holds its message once more, and paths of the machine. A body parser's error holds the body, and the
 * message of `JSON.parse` a piece of it.
 */
function cleanError(error: Error, rules: Rules, depth: number, above: object[]): object {
  const { name, message, stack: _, cause, body, ...rest } = error as Error & Record<string, unknown>
  const told = message.replace(/"[\s\S]*" is not valid JSON/, 'the text is not valid JSON')
  const result = cleanMembers({ name, message: told, ...rest }, rules, depth, above) as Record<string, unknown>
  if (body !== undefined) result['body'] = typeof body === 'string' ? `[${body.length} characters]` : REDACTED
  if (cause !== undefined) result['cause'] = clean(cause, rules, depth - 1, above)
  return result
}
