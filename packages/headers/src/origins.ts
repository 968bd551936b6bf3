import { ConfigurationError } from '@ashlar/core'
import { parseUrl } from '@ashlar/core/http'

/**
 * An origin as browsers write it (`https://app.example.com`), one with every subdomain (`https://*.example.com`), or an
 * anchored regular expression over the whole origin (`/^https:\/\/pr-\d+\.example\.com$/`).
 */
export type OriginPattern = string | RegExp

/** Which origins are meant. Compared as the browser wrote them: nothing is normalised, so nothing can be disguised. */
export interface Origins {
  readonly exact: ReadonlySet<string>
  readonly expressions: readonly RegExp[]
}

const LABELS = '(?:[a-z0-9_-]+\\.)+'
const WILDCARD = /^(https?):\/\/\*\.([a-z0-9-]+(?:\.[a-z0-9-]+)+)(:\d{1,5})?$/
/** A dot that is neither escaped nor in a class stands for any character: `app.example.com` would match `appXexample.com`. */
const LOOSE = /\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\]|([.|])|([()])/g

/** @throws ConfigurationError `ERR_OPTION_INVALID` for what is no origin, `ERR_OPTION_UNSAFE` for one that lets others in */
export function compileOrigins(where: string, origins: readonly OriginPattern[]): Origins {
  if (!Array.isArray(origins)) {
    throw new ConfigurationError(
      'ERR_OPTION_INVALID',
      `${where}: "origins" is a list, such as ["https://app.example.com"].`,
    )
  }
  const exact = new Set<string>()
  const expressions: RegExp[] = []
  for (const origin of origins as readonly OriginPattern[]) {
    if (origin instanceof RegExp) expressions.push(checkExpression(where, origin))
    else if (typeof origin === 'string' && origin.includes('*')) expressions.push(expressionOf(where, origin))
    else exact.add(checkOrigin(where, origin))
  }
  return { exact, expressions }
}

/** Whether an `Origin` header's value is one of them. */
export function includesOrigin({ exact, expressions }: Origins, origin: string): boolean {
  return exact.has(origin) || expressions.some((expression) => expression.test(origin))
}

function checkOrigin(where: string, origin: unknown): string {
  if (origin === 'null') {
    throw new ConfigurationError(
      'ERR_OPTION_UNSAFE',
      `${where}: every sandboxed frame and local file says "null", so it can't be allowed.`,
    )
  }
  const canonical = parseUrl(origin)?.origin
  if (canonical === origin && /^https?:/.test(canonical ?? '')) return canonical!
  const hint = canonical && /^https?:/.test(canonical) ? ` Browsers write ${JSON.stringify(canonical)}.` : ''
  throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: ${JSON.stringify(origin)} is no origin.${hint}`)
}

function expressionOf(where: string, pattern: string): RegExp {
  const [, scheme, domain, port = ''] = WILDCARD.exec(pattern) ?? []
  if (!scheme || !domain) {
    throw new ConfigurationError(
      'ERR_OPTION_UNSAFE',
      `${where}: ${JSON.stringify(pattern)} is too wide. Write "https://*.example.com"; the star is the first label of a domain.`,
    )
  }
  checkOrigin(where, `${scheme}://${domain}${port}`)
  return new RegExp(`^${scheme}:\\/\\/${LABELS}${domain.replaceAll('.', '\\.')}${port}$`)
}

function checkExpression(where: string, expression: RegExp): RegExp {
  const problem = looseness(expression)
  if (!problem) return expression
  throw new ConfigurationError('ERR_OPTION_UNSAFE', `${where}: ${String(expression)} ${problem}`)
}

function looseness({ source, flags }: RegExp): string | undefined {
  if (/[^du]/.test(flags)) return 'has flags that make it remember, ignore case or match part of a line. Take them out.'
  if (!source.startsWith('^http') || !/(?:^|[^\\])(?:\\\\)*\$$/.test(source)) {
    return 'is not anchored. It must begin with ^http and end with $.'
  }
  let depth = 0
  for (const [, loose, bracket] of source.matchAll(LOOSE)) {
    if (bracket) depth += bracket === '(' ? 1 : -1
    if (loose === '.') return 'has a dot that stands for any character. Write \\. for a dot.'
    if (loose === '|' && depth === 0)
      return 'has alternatives of which each is anchored at one end only. Put them in (?:…).'
  }
  return undefined
}
