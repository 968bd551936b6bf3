import {
  type AshlarEvent,
  ConfigurationError,
  type Decision,
  onEvent,
  type RequestCompleted,
  type SecurityEvent,
} from '@ashlar/core'
import { checkOptionNames } from '@ashlar/core/options'

import { alarmOf } from './alarm.ts'
import type { AuditLog } from './audit-log.ts'
import { outcomeOf } from './audited.ts'
import type { AuditEvent } from './event/audit-event.ts'
import type { Trail } from './trail/trail.ts'

export interface TrailEventsOptions {
  readonly trail: Trail
  /** Record every completed request, with all decisions; otherwise security events only. Default `true`. */
  readonly requests?: boolean
  /** Told of the first record of a row that could not be written. Default: a process warning. */
  readonly onAlarm?: (error: unknown) => unknown
}

/**
 * Records what guards publish: each completed request and each security event. Requests do not wait for it; what can't be
 * written is lost, and the alarm says so. For what must not be lost see `audited`.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`
 */
export function trailEvents(options: TrailEventsOptions): AuditLog {
  checkOptionNames('trailEvents()', options, ['trail', 'requests', 'onAlarm'])
  const { trail, requests = true } = options
  if (typeof trail?.record !== 'function') {
    throw new ConfigurationError('ERR_OPTION_MISSING', 'trailEvents(): "trail" is required.')
  }
  const alarm = alarmOf(options.onAlarm)
  let failing = false
  const written = (): void => {
    failing = false
  }
  const lost = (error: unknown): void => {
    if (!failing) alarm(error)
    failing = true
  }
  const stop = onEvent((event) => {
    if (event.name === 'request_completed' && !requests) return
    trail.record(auditEventOf(event)).then(written, lost)
  })
  return { stop }
}

/** A published event in the trail's terms. */
export function auditEventOf(event: AshlarEvent): AuditEvent {
  if (event.name === 'request_completed') return completed(event as RequestCompleted)
  const { name, by, outcome, reason, request, subject, object, decision, violation } = event as SecurityEvent
  return {
    name,
    outcome,
    reason,
    resource: object && { type: object.kind, id: object.id },
    dataSubject: subject?.subject,
    where: { address: request?.address },
    requestId: request?.id,
    details: {
      method: request?.method,
      route: request?.route,
      by,
      subject,
      layer: decision?.layer,
      status: decision?.status,
      code: decision?.code,
      violation,
    },
  }
}

function completed({ request, principal, decisions, outcome }: RequestCompleted): AuditEvent {
  return {
    name: 'request_completed',
    outcome: outcomeOf(outcome),
    who: principal,
    where: { address: request.address },
    requestId: request.id,
    details: {
      method: request.method,
      route: request.route,
      status: outcome.status,
      aborted: outcome.aborted,
      durationMs: Math.round(outcome.durationMs * 1000) / 1000,
      // Most guards pass most of the time; their names say it, and keep the record small.
      passed: decisions.flatMap((decision) => (isPlainPass(decision) ? [decision.guard] : [])),
      decisions: decisions.filter((decision) => !isPlainPass(decision)),
    },
  }
}

function isPlainPass({ outcome, reason }: Decision): boolean {
  return outcome === 'allow' && reason === undefined
}
