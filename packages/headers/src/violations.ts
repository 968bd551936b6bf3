import type { ViolationSummary } from '@ashlar/core'
import { parseUrl } from '@ashlar/core/http'

import { DIRECTIVE_NAMES, headerNameOf } from './csp-directives.ts'
import { EVERY_FEATURE } from './permissions-policy.ts'

/** A body holds one report of the older kind, or a list; nobody sends more honest ones than this at once. */
const MAX_REPORTS = 100
const MAX_LENGTH = 255
const TYPES: ReadonlySet<unknown> = new Set([
  'csp-violation',
  'coep',
  'coop',
  'permissions-policy-violation',
  'integrity-violation',
  'document-policy-violation',
])
const DIRECTIVES: ReadonlySet<string> = new Set<string>([...DIRECTIVE_NAMES.map(headerNameOf), ...EVERY_FEATURE])
const KEYWORDS: ReadonlySet<string> = new Set([
  'inline',
  'eval',
  'wasm-eval',
  'self',
  'trusted-types-policy',
  'trusted-types-sink',
])

/** The reports of a body that are violations, without anything in them that only looks like a known word or an origin. */
export function violationsIn(body: object): readonly ViolationSummary[] {
  const reports: readonly unknown[] = Array.isArray(body) ? body.slice(0, MAX_REPORTS) : [body]
  return reports.map(violationOf).filter((violation) => violation !== undefined)
}

function violationOf(report: unknown): ViolationSummary | undefined {
  const older = memberOf(report, 'csp-report')
  if (older !== undefined) {
    return {
      type: 'csp-violation',
      // CSP 2 has only the directive's whole text.
      directive: directiveOf(memberOf(older, 'effective-directive') ?? memberOf(older, 'violated-directive')),
      blocked: blockedOf(memberOf(older, 'blocked-uri')),
      page: originOf(memberOf(older, 'document-uri')),
      disposition: dispositionOf(older),
    }
  }
  const type = memberOf(report, 'type')
  const body = memberOf(report, 'body')
  if (!TYPES.has(type)) return undefined
  return {
    type: type as string,
    directive: directiveOf(memberOf(body, 'effectiveDirective') ?? memberOf(body, 'policyId')),
    blocked: blockedOf(memberOf(body, 'blockedURL')),
    page: originOf(memberOf(body, 'documentURL') ?? memberOf(report, 'url')),
    disposition: dispositionOf(body),
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined
}

function directiveOf(value: unknown): string | undefined {
  const name = typeof value === 'string' ? value.slice(0, MAX_LENGTH).split(' ')[0]! : ''
  return DIRECTIVES.has(name) ? name : undefined
}

function blockedOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  return KEYWORDS.has(value) ? value : originOf(value)
}

/** Of an address its origin, or its scheme where it has none, such as `data:`. */
function originOf(value: unknown): string | undefined {
  const url = parseUrl(value)
  if (!url) return undefined
  const { origin, protocol } = url
  const text = origin === 'null' ? protocol : origin
  return text.length <= MAX_LENGTH ? text : undefined
}

function dispositionOf(body: unknown): 'enforce' | 'report' {
  return memberOf(body, 'disposition') === 'report' || memberOf(body, 'disposition') === 'reporting'
    ? 'report'
    : 'enforce'
}
