import { isRegExp } from 'node:util/types'

import { parseUrl } from '@ashlar/core/http'
import { listOf, type OptionPlace, type OptionReader, quoted } from '@ashlar/core/options'

import { isShared } from './shared-domains.ts'

/**
 * An origin as browsers write it (`https://app.example.com`), one with every subdomain (`https://*.example.com`), the origin of
 * an app or an extension (`capacitor://localhost`, `chrome-extension://…`), or an anchored regular expression over the whole
 * origin (`/^https:\/\/pr-\d+\.example\.com$/`).
 */
export type OriginPattern = string | RegExp

/** Which origins are meant. Compared as the browser wrote them: nothing is normalised, so nothing can be disguised. */
export interface Origins {
  readonly exact: ReadonlySet<string>
  readonly expressions: readonly RegExp[]
}

export const NO_ORIGINS: Origins = { exact: new Set(), expressions: [] }

const LABELS = '(?:[a-z0-9_-]+\\.)+'
const WILDCARD = /^(https?):\/\/\*\.([a-z0-9-]+(?:\.[a-z0-9-]+)+)(:\d{1,5})?$/
/** A scheme of an app's own; those that are left out have no origin, or mean something else. */
const APP =
  /^(?!(?:https?|wss?|ftp|file|data|blob|about|javascript|null):)[a-z][a-z0-9+.-]*:\/\/[a-z0-9_-]+(?:\.[a-z0-9_-]+)*(?::[1-9]\d{0,4})?$/
/** A dot that is neither escaped nor in a class stands for any character: `app.example.com` would match `appXexample.com`. */
const LOOSE = /\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\]|([.|])|([()])/g

const list = listOf(readOrigin)

/** What is no origin, and what would let others in, is refused. An empty list is too: it is most often a variable not set. */
export const origins: OptionReader<Origins> = (value, at) => {
  const read = list(value, at)
  return Object.freeze({
    exact: new Set(read.filter((origin) => typeof origin === 'string')),
    expressions: read.filter((origin) => typeof origin !== 'string'),
  })
}

/** Whether an `Origin` header's value is one of them. */
export function includesOrigin({ exact, expressions }: Origins, origin: string): boolean {
  return exact.has(origin) || expressions.some((expression) => expression.test(origin))
}

function readOrigin(origin: unknown, at: OptionPlace): OriginPattern {
  if (isRegExp(origin)) return checkExpression(origin, at)
  if (typeof origin === 'string' && origin.includes('*')) return expressionOf(origin, at)
  return checkOrigin(origin, at)
}

function checkOrigin(origin: unknown, at: OptionPlace): string {
  if (origin === 'null') throw at.unsafe('is what every sandboxed frame and local file says, so it can’t be allowed')
  if (typeof origin === 'string' && APP.test(origin)) return origin
  const url = parseUrl(origin)
  const canonical = url && /^https?:$/.test(url.protocol) ? url.origin : undefined
  if (canonical !== undefined && canonical === origin && isReachable(url!)) return canonical
  const hint = canonical !== undefined && canonical !== origin ? `Browsers write ${quoted(canonical)}.` : undefined
  throw at.invalid(`an origin, not ${quoted(origin)}`, undefined, hint)
}

/** A host without empty labels, at a port that exists. */
function isReachable({ hostname, port }: URL): boolean {
  return port !== '0' && !/^\.|\.\./.test(hostname)
}

function expressionOf(pattern: string, at: OptionPlace): RegExp {
  if (pattern === '*') {
    throw at.unsafe(`is everybody. Name the origins; only cors() takes everybody, as "*" without brackets`)
  }
  const [, scheme, domain, port = ''] = WILDCARD.exec(pattern) ?? []
  if (!scheme || !domain) {
    throw at.unsafe(
      `is too wide: ${quoted(pattern)}. Write "https://*.example.com"; the star is the first label of a domain`,
    )
  }
  if (isShared(domain)) throw at.unsafe(`is everybody who has a name below ${domain}. Name the origins`)
  checkOrigin(`${scheme}://${domain}${port}`, at)
  return new RegExp(`^${scheme}:\\/\\/${LABELS}${domain.replaceAll('.', '\\.')}${port}$`)
}

/** A copy, since the app's own can be given another `test`. */
function checkExpression({ source, flags }: RegExp, at: OptionPlace): RegExp {
  const problem = looseness(source, flags)
  if (problem) throw at.unsafe(`${problem}: ${quoted(source)}`)
  return new RegExp(source, flags)
}

function looseness(source: string, flags: string): string | undefined {
  if (/[^du]/.test(flags)) return 'has flags that make it remember, ignore case or match part of a line. Take them out'
  if (!source.startsWith('^http') || !/(?:^|[^\\])(?:\\\\)*\$$/.test(source)) {
    return 'is not anchored. It must begin with ^http and end with $'
  }
  let depth = 0
  for (const [, loose, bracket] of source.matchAll(LOOSE)) {
    if (bracket) depth += bracket === '(' ? 1 : -1
    if (loose === '.') return 'has a dot that stands for any character. Write \\. for a dot'
    if (loose === '|' && depth === 0)
      return 'has alternatives of which each is anchored at one end only. Put them in (?:…)'
  }
  return undefined
}
