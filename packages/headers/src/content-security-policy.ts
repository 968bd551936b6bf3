import { createHash } from 'node:crypto'

import { OptionPlace, oneOf } from '@ashlar/core/options'
import { contentSecurityPolicy } from 'helmet'

import { type CspDirectives, type CspHash, DIRECTIVE_NAMES, type DirectiveName } from './csp-directives.ts'
import type { ReadDirectives } from './csp-table.ts'
import { helmetHeaders } from './helmet-headers.ts'
import type { ReportEndpoint } from './report-endpoint.ts'

/** A policy ready to send: one text where no nonce is asked for, or the parts around each nonce. */
export interface CompiledPolicy {
  readonly text: string
  withNonce(nonce: string): string
}

/** Directives in force, each with its sources; a switch has none. */
export type PolicyLines = ReadonlyMap<DirectiveName, readonly string[]>

export interface PolicyManner {
  /** Whether it goes to clients that came over TLS. */
  readonly secure: boolean
  /** Whether it is only tried out. */
  readonly reportOnly: boolean
  /** Where violations are reported, if anywhere. */
  readonly report: ReportEndpoint | undefined
}

/** Over plain HTTP it would break a page that is served so, as in development. */
const TLS_ONLY: DirectiveName = 'upgradeInsecureRequests'
/** What a policy that is tried out can't do, and browsers complain of (CSP 3 §6.3). */
const ENFORCED_ONLY: ReadonlySet<DirectiveName> = new Set(['upgradeInsecureRequests', 'sandbox'])
/** Stands for the nonce until one is asked for. The options refuse every nonce, so nobody can write it. */
const HERE = "'nonce-here'"

/** Directives laid over those of a base, each in the place of the base's. */
export function laidOver(directives: Partial<ReadDirectives>, base: CspDirectives): PolicyLines {
  const lines = new Map<DirectiveName, readonly string[]>()
  for (const name of DIRECTIVE_NAMES) {
    const value = directives[name] ?? base[name]
    if (value !== undefined && value !== false) lines.set(name, value === true ? [] : value)
  }
  return lines
}

/**
 * Has helmet write the policy, with and without places for a nonce.
 * @throws ConfigurationError `ERR_OPTION_INVALID` for what helmet refuses
 */
export function compilePolicy(where: string, lines: PolicyLines, manner: PolicyManner): CompiledPolicy {
  const text = written(where, lines, manner)
  const parts = written(where, withNoncePlaces(lines), manner).split(HERE)
  return { text, withNonce: (nonce) => parts.join(`'nonce-${nonce}'`) }
}

function written(where: string, lines: PolicyLines, { secure, reportOnly, report }: PolicyManner): string {
  const kept = [...lines].filter(([name]) => (secure || name !== TLS_ONLY) && !(reportOnly && ENFORCED_ONLY.has(name)))
  const directives: Record<string, readonly string[]> = Object.fromEntries(kept)
  if (report) directives['reportUri'] = [report.address]
  // Browsers that know `report-to` do not look at `report-uri`, and heed endpoints over TLS only.
  if (report && secure) directives['reportTo'] = [report.name]
  const headers = helmetHeaders(where, () => contentSecurityPolicy({ useDefaults: false, reportOnly, directives }))
  return headers[reportOnly ? 'content-security-policy-report-only' : 'content-security-policy']!
}

/** What the page that asked may run: scripts and styles that carry its nonce, and what such scripts load. */
function withNoncePlaces(lines: PolicyLines): PolicyLines {
  const places = new Map(lines)
  const inherited = lines.get('defaultSrc') ?? []
  const scripts = others(lines.get('scriptSrc') ?? inherited, "'unsafe-inline'")
  places.set('scriptSrc', [...scripts, HERE, ...(scripts.length === 0 ? ["'strict-dynamic'"] : [])])
  const styles = lines.get('styleSrc') ?? inherited
  // A nonce would take back what 'unsafe-inline' allows.
  if (!styles.includes("'unsafe-inline'")) places.set('styleSrc', [...others(styles), HERE])
  for (const name of ['scriptSrcElem', 'styleSrcElem'] as const) {
    const sources = lines.get(name)
    if (sources && !sources.includes("'unsafe-inline'")) places.set(name, [...others(sources), HERE])
  }
  return places
}

function others(sources: readonly string[], ...dropped: readonly string[]): readonly string[] {
  return sources.filter((source) => source !== "'none'" && !dropped.includes(source))
}

const algorithms = oneOf(['sha256', 'sha384', 'sha512'])

/**
 * The source that allows exactly this inline script or style.
 * @param text what stands between the tags, to the letter
 * @throws ConfigurationError `ERR_OPTION_INVALID`
 * @example
 * securityHeaders({ contentSecurityPolicy: { scriptSrc: [cspHash('document.documentElement.className = "js"')] } })
 */
export function cspHash(text: string, algorithm: 'sha256' | 'sha384' | 'sha512' = 'sha256'): CspHash {
  if (typeof text !== 'string') throw new OptionPlace('cspHash()', 'text').invalid('a text', text)
  const known = algorithms(algorithm, new OptionPlace('cspHash()', 'algorithm'))
  return `'${known}-${createHash(known).update(text).digest('base64')}'`
}
