import { type AshlarEvent, type Decision, onEvent, type RequestCompleted, type SecurityEvent } from '@ashlar/core'
import { flag, having, onError, readOptions } from '@ashlar/core/options'
import { type Closeable, closeable } from '@ashlar/core/time'

import { outcomeOf } from './audited.ts'
import type { AuditEvent } from './event/audit-event.ts'
import type { Trail } from './trail/trail.ts'

export interface TrailEventsOptions {
  readonly trail: Trail
  /** Record every completed request, with all decisions; otherwise security events only. Default `true`. */
  readonly requests?: boolean
  /** Told of the first record of a row that could not be written. Default: a process warning. */
  readonly onError?: (error: unknown) => unknown
}

/**
 * Records what guards publish: each completed request and each security event. Requests do not wait for it; what can't be
 * written is lost, and `onError` is told so. For what must not be lost see `audited`.
 * @returns what ends it: `close()` listens no more, and resolves when all it heard of is written or lost. Close it before the trail
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`
 * @example
 * const events = trailEvents({ trail })
 * process.once('SIGTERM', async () => {
 *   await events.close()
 *   await trail.close()
 * })
 */
export function trailEvents(options: TrailEventsOptions): Closeable {
  const {
    trail,
    requests,
    onError: told,
  } = readOptions('trailEvents()', options, {
    trail: having<Trail>(['record'], 'await fileTrail({ folder, signer })'),
    requests: flag(true),
    onError,
  })
  let failing = false
  let pending = 0
  let idle: (() => void) | undefined
  const settled = (): void => {
    if (--pending === 0) idle?.()
  }
  const written = (): void => {
    failing = false
    settled()
  }
  const lost = (error: unknown): void => {
    if (!failing) told(error)
    failing = true
    settled()
  }
  const unsubscribe = onEvent((event) => {
    if (event.name === 'request_completed' && !requests) return
    pending++
    try {
      trail.record(auditEventOf(event)).then(written, lost)
    } catch (error) {
      lost(error)
    }
  })
  return closeable(async () => {
    unsubscribe()
    if (pending > 0) await new Promise<void>((resolve) => (idle = resolve))
  })
}

/**
 * A published event in the trail's terms.
 * @example
 * onEvent((event) => {
 *   if (event.name === 'authz_fail') void trail.record({ ...auditEventOf(event), flags: ['soc2'] })
 * })
 */
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
