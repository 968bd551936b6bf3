import {
  allow,
  ConfigurationError,
  type Guard,
  guard,
  type Outcome,
  type Principal,
  type RequestView,
  type Slot,
  slot,
} from '@ashlar/core'
import { checkOptionNames } from '@ashlar/core/options'

import { alarmOf } from './alarm.ts'
import type { Amount, AppEventName, AuditEvent, AuditOutcome, ComplianceFlag } from './event/audit-event.ts'
import { checkEvent } from './event/body.ts'
import type { Trail } from './trail/trail.ts'

export interface AuditedOptions {
  readonly trail: Trail
  /** What is done, as permissions are written: `'orders:write'`. */
  readonly action: string
  /** Its name in the logging vocabulary. Default `'app_operation'`. */
  readonly event?: AppEventName | `app_${string}`
  /** What it is done to. Default: nothing is said of it. */
  readonly resource?: (request: RequestView) => AuditEvent['resource']
  /** The compliance frameworks that this is evidence for. Default: none. */
  readonly flags?: readonly ComplianceFlag[]
  /** Told when the outcome could not be written; it is found as `unknown` later. Default: a process warning. */
  readonly onAlarm?: (error: unknown) => unknown
}

/** What a handler may add to the record of what it did. */
export interface AuditNotes {
  add(notes: {
    readonly amount?: Amount
    readonly changes?: AuditEvent['changes']
    readonly details?: AuditEvent['details']
  }): void
}

/** Reads the notes of the operation in hand: `audit.of(request).add({ amount })`. */
export const audit: Slot<AuditNotes> = slot<AuditNotes>('audit')

/**
 * Writes to the trail that an operation is about to be done before the handler runs, and how it ended after the response.
 * Where the intent can't be made durable the request is refused with 503. A process that dies in between leaves an
 * intent, which the next one closes as `unknown`.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`
 */
export function audited(options: AuditedOptions): Guard<{ audit: AuditNotes }> {
  checkOptionNames('audited()', options, ['trail', 'action', 'event', 'resource', 'flags', 'onAlarm'])
  const { trail, action, event: name = 'app_operation', resource, flags } = options
  if (typeof trail?.intend !== 'function' || typeof action !== 'string') {
    throw new ConfigurationError('ERR_OPTION_MISSING', 'audited(): "trail" and "action" are required.')
  }
  checkEvent({ name, outcome: 'success' })
  const alarm = alarmOf(options.onAlarm)

  async function check(request: RequestView, state: object) {
    const event: AuditEvent = {
      name,
      outcome: 'intended',
      who: actorOf((state as { principal?: Principal }).principal),
      action,
      resource: resource?.(request),
      where: { address: request.address, userAgent: request.headers['user-agent'] },
      flags,
      requestId: request.id,
      traceId: traceIdOf(request),
      details: { method: request.method, route: request.route },
    }
    const intent = await trail.intend(event)
    let notes: Parameters<AuditNotes['add']>[0] = {}
    const audit: AuditNotes = {
      add(more) {
        notes = { ...notes, ...more, details: { ...notes.details, ...more.details } }
      },
    }
    return allow(
      { audit },
      {
        async afterResponse(outcome) {
          const details = { ...event.details, status: outcome.status, durationMs: outcome.durationMs, ...notes.details }
          try {
            await intent.complete({ ...event, ...notes, outcome: outcomeOf(outcome), details })
          } catch (error) {
            alarm(error)
          }
        },
      },
    )
  }
  return guard({
    name: `audited ${action}`,
    layer: 'audit',
    reads: 'route',
    adds: { audit },
    check,
  })
}

export function outcomeOf({ status, aborted, refused }: Outcome): AuditOutcome {
  if (refused) return 'refused'
  // The client went away before the whole answer was written; what the handler did by then can't be told from here.
  if (aborted) return 'unknown'
  return status < 400 ? 'success' : 'failure'
}

function actorOf(principal: Principal | undefined): AuditEvent['who'] {
  return principal && { kind: principal.kind, subject: principal.subject, issuer: principal.issuer }
}

/** W3C Trace Context: `00-<trace id>-<parent id>-<flags>`. */
function traceIdOf({ headers }: RequestView): string | undefined {
  return /^[\da-f]{2}-([\da-f]{32})-[\da-f]{16}-[\da-f]{2}$/.exec(String(headers['traceparent'] ?? ''))?.[1]
}
