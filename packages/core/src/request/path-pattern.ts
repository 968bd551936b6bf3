import { ConfigurationError } from '../errors.ts'
import { ambiguityOf } from './ambiguity.ts'
import { widestReading } from './widest-reading.ts'

/** `/health`, or `/public/*` for everything below `/public/`, or `/users/:id` for any one segment. */
export type PathPattern = string

const SLASH = 0x2f

/** What no path holds unencoded, so that it is meant as a router's syntax; a star but for the last segment; a half-named segment. */
const FOREIGN = /[?"<>^`{|}]|\*(?!$)|[^/]\*$|\/:(?![A-Za-z_]\w*(?:\/|$))/

/**
 * Compiles path patterns into one test of paths exactly as they were sent: case, trailing slash and percent sequences count.
 * What a pattern holds beyond ASCII is meant as a client sends it.
 * @throws ConfigurationError `ERR_OPTION_INVALID` for a pattern that could never match as meant
 */
export function compilePaths(where: string, patterns: readonly PathPattern[]): (path: string) => boolean {
  return anyOf(sentForms(where, patterns), false)
}

/**
 * The same for a rule that adds protection: the test is of a path's widest reading, so that no spelling of it is less protected.
 * @throws ConfigurationError `ERR_OPTION_INVALID` for a pattern that could never match as meant
 */
export function compileWidePaths(where: string, patterns: readonly PathPattern[]): (path: string) => boolean {
  const matches = anyOf(sentForms(where, patterns), true)
  return (path) => {
    const reading = widestReading(path)
    // `OPTIONS *` asks about every path.
    return reading === '*' || matches(reading)
  }
}

function sentForms(where: string, patterns: readonly PathPattern[]): readonly string[] {
  if (!Array.isArray(patterns) || patterns.length === 0) {
    throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: expected at least one path, such as "/health".`)
  }
  return patterns.map((pattern) => {
    const sent = typeof pattern === 'string' ? asSent(pattern) : undefined
    if (sent === undefined || ambiguityOf(sent) !== undefined || FOREIGN.test(sent)) {
      throw new ConfigurationError(
        'ERR_OPTION_INVALID',
        `${where}: ${JSON.stringify(pattern)} is no path pattern. Write "/health", "/public/*" or "/users/:id".`,
      )
    }
    return sent
  })
}

/** As clients send it; `undefined` for half a character. */
function asSent(pattern: string): string | undefined {
  try {
    return pattern.replace(/[^\0-\x7f]+/g, encodeURIComponent)
  } catch {
    return undefined
  }
}

function anyOf(patterns: readonly string[], wide: boolean): (path: string) => boolean {
  const read = wide ? widestReading : (text: string) => text
  const exact = new Set<string>()
  const matchers: ((path: string) => boolean)[] = []
  for (const pattern of patterns) {
    if (/\/(?:[:]|\*$)/.test(pattern)) matchers.push(matcherOf(pattern, read, wide))
    else exact.add(read(pattern))
  }
  const [first, ...others] = matchers
  if (!first) return (path) => exact.has(path)
  if (others.length === 0 && exact.size === 0) return first
  return (path) => {
    if (exact.has(path)) return true
    for (const matches of matchers) if (matches(path)) return true
    return false
  }
}

/** A run of segments by their text, slashes included, or any one segment. */
type Part = string | typeof ANY
const ANY = Symbol('any segment')

/**
 * Walks along the path, segment by segment. No regular expression, since to those some characters are more than a character.
 * @param wide whether `/public` is below `/public/*`
 */
function matcherOf(pattern: string, read: (text: string) => string, wide: boolean): (path: string) => boolean {
  const parts: Part[] = []
  const segments = (wide ? pattern.replace(/\/$/, '') : pattern).slice(1).split('/')
  const below = segments.at(-1) === '*'
  for (const segment of below ? segments.slice(0, -1) : segments) {
    const before = parts.at(-1)
    if (segment.startsWith(':')) parts.push(ANY)
    else if (typeof before === 'string') parts[parts.length - 1] = before + read(`/${segment}`)
    else parts.push(read(`/${segment}`))
  }
  return function matches(path) {
    let at = 0
    for (const part of parts) {
      at = part === ANY ? segmentEnd(path, at) : path.startsWith(part, at) ? at + part.length : -1
      if (at === -1) return false
    }
    if (at === path.length) return !below || wide
    return below && path.charCodeAt(at) === SLASH
  }
}

/** Where the segment that begins with the slash here ends; -1 where there is none, or none with anything in it. */
function segmentEnd(path: string, at: number): number {
  if (path.charCodeAt(at) !== SLASH) return -1
  const next = path.indexOf('/', at + 1)
  const end = next === -1 ? path.length : next
  return end > at + 1 ? end : -1
}
