import { AshlarError } from '@ashlar/core'

import type { AuditEvent, ComplianceFlag, TrailEventName } from './audit-event.ts'

const OWN_NAMES: ReadonlySet<string> = new Set<TrailEventName>([
  'operation_intended',
  'operation_completed',
  'trail_recovered',
  'trail_pruned',
])
const NAME = /^[a-z][a-z0-9_]{1,63}$/
const OUTCOMES: ReadonlySet<unknown> = new Set(['success', 'failure', 'refused', 'intended', 'unknown'])
const TEXTS = ['reason', 'action', 'requestId', 'traceId', 'dataSubject'] as const
const OBJECTS = ['where', 'amount', 'changes', 'details'] as const

export const COMPLIANCE_FLAGS: readonly ComplianceFlag[] = ['pci', 'soc2', 'gdpr', 'owasp', 'hipaa']

/**
 * What an event must be before it is written. Whom and what it is about is found again by these members, and sealed by them.
 * @throws AshlarError `ERR_EVENT_INVALID`
 */
export function checkEvent(event: AuditEvent): void {
  if (typeof event !== 'object' || event === null) throw invalid('An audit event is an object.')
  const { name, outcome, who, resource, flags } = event
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw invalid('An audit event has a name in snake_case, of 2 to 64 characters.')
  }
  if (OWN_NAMES.has(name)) throw invalid(`Only the trail itself records "${name}".`)
  if (!OUTCOMES.has(outcome)) {
    throw invalid(`Event "${name}": the outcome is success, failure, refused or unknown.`)
  }
  for (const member of TEXTS) {
    const value: unknown = event[member]
    if (value !== undefined && typeof value !== 'string') throw invalid(`Event "${name}": "${member}" is a text.`)
  }
  for (const member of OBJECTS) {
    const value: unknown = event[member]
    if (value !== undefined && (typeof value !== 'object' || value === null)) {
      throw invalid(`Event "${name}": "${member}" is an object.`)
    }
  }
  if (who !== undefined && !isActor(who))
    throw invalid(`Event "${name}": "who" has a kind and a subject, which are texts.`)
  if (resource !== undefined && !isResource(resource)) {
    throw invalid(`Event "${name}": "resource" has a type and may have an id, which are texts.`)
  }
  if (flags !== undefined && !(Array.isArray(flags) && flags.every((flag) => COMPLIANCE_FLAGS.includes(flag)))) {
    throw invalid(`Event "${name}": "flags" is a list of ${COMPLIANCE_FLAGS.join(', ')}.`)
  }
}

function isActor(who: Partial<NonNullable<AuditEvent['who']>> | null): boolean {
  return typeof who?.kind === 'string' && typeof who.subject === 'string' && isTextOrNone(who.issuer)
}

function isResource(resource: Partial<NonNullable<AuditEvent['resource']>> | null): boolean {
  return typeof resource?.type === 'string' && isTextOrNone(resource.id)
}

function isTextOrNone(value: unknown): boolean {
  return value === undefined || typeof value === 'string'
}

function invalid(says: string): AshlarError {
  return new AshlarError('ERR_EVENT_INVALID', says)
}
