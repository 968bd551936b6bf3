import type { EventName } from '@ashlar/core'
import type { SubjectSealed } from '@ashlar/core/keys'

/**
 * What an app records of itself: the OWASP logging vocabulary, and ours where it has no word (configuration, consent,
 * and the rights of a data subject).
 */
export type AppEventName =
  | 'authn_login_success'
  | 'authn_logout'
  | 'authn_password_change'
  | 'authn_token_created'
  | 'authn_token_revoked'
  | 'authz_admin'
  | 'authz_change'
  | 'sensitive_create'
  | 'sensitive_read'
  | 'sensitive_update'
  | 'sensitive_delete'
  | 'user_created'
  | 'user_updated'
  | 'user_deleted'
  | 'config_changed'
  | 'consent_given'
  | 'consent_withdrawn'
  | 'secret_accessed'
  | 'secret_rotated'
  | 'upstream_called'
  | 'subject_exported'
  | 'subject_erased'
  | 'sys_startup'
  | 'sys_shutdown'

/** What the trail records of its own accord. An app can't record these. */
export type TrailEventName = 'operation_intended' | 'operation_completed' | 'trail_recovered' | 'trail_pruned'

export type AuditEventName = EventName | AppEventName | TrailEventName | 'request_completed' | `app_${string}`

/** `intended` is an operation that has not ended yet; `unknown` one whose process died before it did. */
export type AuditOutcome = 'success' | 'failure' | 'refused' | 'intended' | 'unknown'

/** The frameworks that a report can ask for evidence of. */
export type ComplianceFlag = 'pci' | 'soc2' | 'gdpr' | 'owasp' | 'hipaa'

export interface Actor {
  readonly kind: string
  readonly subject: string
  readonly issuer?: string | undefined
  /** On whose behalf: the user behind a service, the customer behind an employee. */
  readonly onBehalfOf?: Actor | undefined
}

/** One thing that happened. All texts and values are redacted before they are hashed or written. */
export interface AuditEvent {
  readonly name: AuditEventName
  readonly outcome: AuditOutcome
  readonly reason?: string | undefined
  readonly who?: Actor | undefined
  /** `resource:action`, as permissions are written. */
  readonly action?: string | undefined
  readonly resource?: { readonly type: string; readonly id?: string | undefined } | undefined
  readonly where?: Where | undefined
  readonly amount?: Amount | undefined
  readonly changes?: { readonly before?: unknown; readonly after?: unknown } | undefined
  readonly flags?: readonly ComplianceFlag[] | undefined
  readonly requestId?: string | undefined
  readonly traceId?: string | undefined
  /** Whose personal data this record holds. Default: the subject of `who`. */
  readonly dataSubject?: string | undefined
  readonly details?: Readonly<Record<string, unknown>> | undefined
}

export interface Where {
  readonly address?: string | undefined
  readonly userAgent?: string | undefined
  readonly service?: string | undefined
  readonly instance?: string | undefined
}

/** How much. A decimal as text keeps its digits. */
export interface Amount {
  readonly value: number | string
  /** ISO 4217, for money. */
  readonly currency?: string | undefined
  readonly count?: number | undefined
}

/** An event as the trail holds it. */
export interface AuditRecord extends AuditEvent {
  /** From 1, without gaps, in the order of writing. */
  readonly seq: number
  /** RFC 3339, UTC, milliseconds. */
  readonly time: string
  /** The hash of the record before. */
  readonly prev: string
  /** The hash of this record: its leaf in the Merkle tree. */
  readonly hash: string
  /** Of which intent this is the end. */
  readonly intent?: number | undefined
  /** Personal parts, under a key of the data subject's own. */
  readonly sealed?: SubjectSealed | undefined
}
