import { events } from './channels.ts'
import type {
  Decision,
  ObjectSummary,
  PrincipalSummary,
  RequestSummary,
  SecurityEvent,
  SubjectSummary,
  ViolationSummary,
} from './events.ts'

/** An event as its producer tells of it. Of what it holds, the members that `SecurityEvent` declares are published. */
export type EventDraft = Omit<SecurityEvent, 'time'>

/**
 * Publishes that something happened: a breaker opened, a key was revoked, a store was lost. Costs nothing while nobody
 * listens. A request, a principal or a decision may be given whole: only what is allowed of it is published, frozen.
 * @example publishEvent({ name: 'breaker_opened', by: 'circuit breaker payments', outcome: 'failure', reason: 'a probe failed' })
 */
export function publishEvent(draft: EventDraft): void {
  if (!events.hasSubscribers) return
  const { name, by, outcome, reason, request, subject, object, decision, violation } = draft
  const event: SecurityEvent = {
    name,
    time: Date.now(),
    by,
    outcome,
    ...(reason !== undefined && { reason }),
    ...(request && { request: summaryOfRequest(request) }),
    ...(subject && { subject: summaryOfSubject(subject) }),
    ...(object && { object: summaryOfObject(object) }),
    ...(decision && { decision: summaryOfDecision(decision) }),
    ...(violation && { violation: summaryOfViolation(violation) }),
  }
  events.publish(Object.freeze(event))
}

/** A refusal in shadow is a check that failed, and nobody was turned away. */
export function outcomeOf({ outcome }: Decision): SecurityEvent['outcome'] {
  if (outcome === 'deny') return 'refused'
  return outcome === 'error' || outcome === 'would-deny' ? 'failure' : 'success'
}

export function summaryOfPrincipal({ kind, subject, issuer }: PrincipalSummary): PrincipalSummary {
  return Object.freeze({ kind, subject, issuer })
}

function summaryOfRequest({ id, method, route, address }: RequestSummary): RequestSummary {
  return Object.freeze({ id, method, route, address })
}

function summaryOfSubject({ kind, subject, issuer }: SubjectSummary): SubjectSummary {
  return Object.freeze({ ...(kind !== undefined && { kind }), subject, ...(issuer !== undefined && { issuer }) })
}

function summaryOfObject({ kind, id }: ObjectSummary): ObjectSummary {
  return Object.freeze({ kind, id })
}

function summaryOfDecision({ guard, layer, outcome, status, code, reason }: Decision): Decision {
  return Object.freeze({
    guard,
    layer,
    outcome,
    ...(status !== undefined && { status }),
    ...(code !== undefined && { code }),
    ...(reason !== undefined && { reason }),
  })
}

function summaryOfViolation({ type, directive, blocked, page, disposition }: ViolationSummary): ViolationSummary {
  return Object.freeze({ type, directive, blocked, page, disposition })
}
