import { createHash } from 'node:crypto'

import { ConfigurationError } from '@ashlar/core'
import { checkOptionNames } from '@ashlar/core/options'

import {
  type CspDirectives,
  type CspHash,
  DIRECTIVE_NAMES,
  type DirectiveName,
  headerNameOf,
  powerOf,
  SANDBOX_TOKENS,
} from './csp-directives.ts'
import { checkSources } from './csp-sources.ts'
import type { ReportEndpoint } from './report-endpoint.ts'

/** A policy ready to send: one text where no nonce is asked for, or the parts around each nonce. */
export interface CompiledPolicy {
  readonly text: string
  withNonce(nonce: string): string
}

type Lines = ReadonlyMap<DirectiveName, readonly string[]>

/** Over plain HTTP it would break a page that is served so, as in development. */
const TLS_ONLY: DirectiveName = 'upgradeInsecureRequests'
/** Stands for the nonce until one is asked for; not valid in a source, so nobody can write it. */
const HERE = '\u0000'

/**
 * Checks directives and lays them over those of a base.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`, `ERR_OPTION_UNSAFE`
 */
function readDirectives(where: string, directives: CspDirectives, base: CspDirectives): Lines {
  checkOptionNames(where, directives, DIRECTIVE_NAMES)
  const lines = new Map<DirectiveName, readonly string[]>()
  for (const name of DIRECTIVE_NAMES) {
    const value = directives[name] ?? base[name]
    if (value === undefined || value === false) continue
    lines.set(name, readValue(where, name, value))
  }
  if (!lines.has('defaultSrc')) {
    throw new ConfigurationError(
      'ERR_OPTION_UNSAFE',
      `${where}: without "defaultSrc" everything that no other directive names is allowed.`,
    )
  }
  return lines
}

function readValue(where: string, name: DirectiveName, value: true | readonly string[]): readonly string[] {
  if (powerOf(name)) return checkSources(where, name, value as readonly string[])
  if (name === TLS_ONLY) {
    if (value === true) return []
    throw new ConfigurationError('ERR_OPTION_INVALID', `${where} ${name}: expected true or false.`)
  }
  if (!Array.isArray(value)) throw new ConfigurationError('ERR_OPTION_INVALID', `${where} ${name}: expected a list.`)
  for (const token of value as readonly string[]) {
    const known =
      name === 'sandbox'
        ? SANDBOX_TOKENS.includes(token)
        : name === 'requireTrustedTypesFor'
          ? token === "'script'"
          : /^(?:[\w\-#=/@.%]+|\*|'none'|'allow-duplicates')$/.test(token)
    if (!known) {
      throw new ConfigurationError(
        'ERR_OPTION_INVALID',
        `${where} ${name}: ${JSON.stringify(token)} is not known here.`,
      )
    }
  }
  return value as readonly string[]
}

export interface PolicyOptions {
  readonly directives: CspDirectives
  /** What stands where `directives` say nothing. */
  readonly base: CspDirectives
  readonly secure: boolean
  /** Where violations are reported, if anywhere. */
  readonly report: ReportEndpoint | undefined
}

/**
 * Makes the header's value.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`, `ERR_OPTION_UNSAFE`
 */
export function compilePolicy(where: string, { directives, base, secure, report }: PolicyOptions): CompiledPolicy {
  const lines = readDirectives(where, directives, base)
  // Browsers that know `report-to` do not look at `report-uri`, and heed endpoints over TLS only.
  const reporting = report ? [`report-uri ${report.address}`, ...(secure ? [`report-to ${report.name}`] : [])] : []
  const text = [...writeLines(lines, secure), ...reporting].join('; ')
  const parts = [...writeLines(withNoncePlaces(lines), secure), ...reporting].join('; ').split(HERE)
  return { text, withNonce: (nonce) => parts.join(`'nonce-${nonce}'`) }
}

function writeLines(lines: Lines, secure: boolean): string[] {
  return [...lines]
    .filter(([name]) => secure || name !== TLS_ONLY)
    .map(([name, values]) => [headerNameOf(name), ...values].join(' '))
}

/** What the page that asked may run: scripts and styles that carry its nonce, and what such scripts load. */
function withNoncePlaces(lines: Lines): Lines {
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

/** The source that allows exactly this inline script or style: `directives: { scriptSrc: [cspHash(text)] }`. */
export function cspHash(text: string, algorithm: 'sha256' | 'sha384' | 'sha512' = 'sha256'): CspHash {
  return `'${algorithm}-${createHash(algorithm).update(text).digest('base64')}'`
}
