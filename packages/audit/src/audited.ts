import {
  AshlarError,
  allow,
  type Guard,
  guard,
  type Outcome,
  type Principal,
  type RequestView,
  type Slot,
  slot,
} from '@ashlar/core'
import {
  callback,
  custom,
  having,
  listOf,
  onError,
  oneOf,
  optional,
  orElse,
  quoted,
  readOptions,
  text,
} from '@ashlar/core/options'

import type { Amount, AppEventName, AuditEvent, AuditOutcome, ComplianceFlag } from './event/audit-event.ts'
import { COMPLIANCE_FLAGS, checkEvent } from './event/check-event.ts'
import type { Intent, Trail } from './trail/trail.ts'

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
  readonly onError?: (error: unknown) => unknown
}

/** What a handler may add to the record of what it did. */
export interface AuditNotes {
  add(notes: Notes): void
}

interface Notes {
  readonly amount?: Amount
  readonly changes?: AuditEvent['changes']
  readonly details?: AuditEvent['details']
}

/** Reads the notes of the operation in hand: `audit.of(request).add({ amount })`. */
export const audit: Slot<AuditNotes> = slot<AuditNotes>('audit')

/**
 * Writes to the trail that an operation is about to be done before the handler runs, and how it ended after the response.
 * Where the intent can't be made durable the request is refused with 503. A process that dies in between leaves an
 * intent, which the next one closes as `unknown`.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`
 * @example
 * app.post('/payments/:id', protect(audited({ trail, action: 'payments:write', flags: ['pci'] })), (request, response) => {
 *   audit.of(request).add({ amount: { value: '12.50', currency: 'EUR' } })
 *   response.sendStatus(204)
 * })
 */
export function audited(options: AuditedOptions): Guard<{ audit: AuditNotes }> {
  const settings = readOptions('audited()', options, {
    trail: having<Trail>(['intend'], 'await fileTrail({ folder, signer })'),
    action: text(),
    event: orElse(eventName, () => 'app_operation' as const),
    resource: optional(callback<(request: RequestView) => AuditEvent['resource']>()),
    flags: optional(listOf(oneOf(COMPLIANCE_FLAGS), { unique: true })),
    onError,
  })
  const { trail, action, event: name, resource, flags } = settings

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
    const operation = new Operation(event, intent, settings.onError)
    return allow({ audit: operation.notes }, { afterResponse: (outcome) => operation.end(outcome) })
  }
  return guard({
    name: `audited ${action}`,
    layer: 'audit',
    reads: 'route',
    adds: { audit },
    check,
  })
}

/** What has been announced and has not ended yet. */
class Operation {
  readonly notes: AuditNotes = Object.freeze<AuditNotes>({ add: (notes) => this.#add(notes) })
  readonly #event: AuditEvent
  readonly #intent: Intent
  readonly #onError: (error: unknown) => void
  #notes: Notes = {}

  constructor(event: AuditEvent, intent: Intent, onError: (error: unknown) => void) {
    this.#event = event
    this.#intent = intent
    this.#onError = onError
  }

  /** No more than what notes are: a handler can't say who did it or how it ended. */
  #add({ amount = this.#notes.amount, changes = this.#notes.changes, details }: Notes): void {
    this.#notes = {
      ...(amount && { amount }),
      ...(changes && { changes }),
      details: { ...this.#notes.details, ...details },
    }
  }

  async end(outcome: Outcome): Promise<void> {
    const { status, durationMs } = outcome
    const details = { ...this.#notes.details, ...this.#event.details, status, durationMs }
    try {
      await this.#intent.complete({ ...this.#event, ...this.#notes, outcome: outcomeOf(outcome), details })
    } catch (error) {
      this.#onError(error)
    }
  }
}

const eventName = custom((value, at) => {
  try {
    checkEvent({ name: value as AppEventName, outcome: 'success' })
    return value as AppEventName | `app_${string}`
  } catch (error) {
    if (error instanceof AshlarError)
      throw at.invalid(`the name of an event, not ${quoted(value)}`, undefined, error.message)
    throw error
  }
})

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
