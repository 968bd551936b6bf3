import { isUtf8 } from 'node:buffer'

const MAX_DEPTH = 16

/**
 * A JSON object in which no member appears twice at any depth, `undefined` for anything else. Readers disagree about
 * which of two equal members counts, so there must not be two (RFC 7515 §4, RFC 7519 §4). It inherits nothing, so that
 * what it does not say is not found on a polluted `Object.prototype` either.
 */
export function parseStrictObject(bytes: Buffer): Record<string, unknown> | undefined {
  if (!isUtf8(bytes)) return undefined
  const text = bytes.toString()
  if (!hasUniqueMembers(text)) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.setPrototypeOf(value, null)
      : undefined
  } catch {
    return undefined
  }
}

/** Reads only as much structure as it needs; what is no JSON at all is left for `JSON.parse` to refuse. */
function hasUniqueMembers(text: string): boolean {
  const open: Set<string>[] = []
  let position = 0
  while (position < text.length) {
    const character = text.charCodeAt(position)
    if (character === QUOTE) {
      const end = endOfString(text, position)
      if (end < 0) return false
      const after = skipSpace(text, end)
      if (text.charCodeAt(after) === COLON) {
        const members = open[open.length - 1]
        const name = memberName(text.slice(position, end))
        if (!members || name === undefined || members.has(name)) return false
        members.add(name)
      }
      position = after
      continue
    }
    if (character === OPEN_OBJECT || character === OPEN_ARRAY) {
      if (open.push(new Set()) > MAX_DEPTH) return false
    } else if (character === CLOSE_OBJECT || character === CLOSE_ARRAY) open.pop()
    position++
  }
  return true
}

const QUOTE = 0x22
const COLON = 0x3a
const BACKSLASH = 0x5c
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** The position after the closing quote, -1 when there is none. */
function endOfString(text: string, start: number): number {
  for (let position = start + 1; position < text.length; position++) {
    const character = text.charCodeAt(position)
    if (character === QUOTE) return position + 1
    if (character === BACKSLASH) position++
  }
  return -1
}

function skipSpace(text: string, start: number): number {
  let position = start
  while (position < text.length && ' \t\n\r'.includes(text.charAt(position))) position++
  return position
}

/** Two spellings of one name are one name. */
function memberName(quoted: string): string | undefined {
  if (!quoted.includes('\\')) return quoted.slice(1, -1)
  try {
    return String(JSON.parse(quoted))
  } catch {
    return undefined
  }
}
