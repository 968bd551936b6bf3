import type { AuditEvent } from '../event/audit-event.ts'

/** Where a record stands, once it is on disk. */
export interface Receipt {
  /** The log it is in; a trail has one for each process that writes. */
  readonly log: string
  readonly seq: number
}

/** An audit trail that is written to. */
export interface Trail {
  /**
   * Resolves when the record is durable. Rejects with an `UnavailableError` when it can't be made so.
   * @throws AshlarError `ERR_EVENT_INVALID` for an event that only the trail itself records
   */
  record(event: AuditEvent): Promise<Receipt>
  /** Records that something is about to be done; whoever holds the intent ends it. */
  intend(event: AuditEvent): Promise<Intent>
  /** Writes what is waiting, signs the head, and lets go of the trail. */
  close(): Promise<void>
}

/** An operation that has been announced. One that is never completed is found as `unknown` after a crash. */
export interface Intent {
  readonly receipt: Receipt
  complete(event: AuditEvent): Promise<Receipt>
}
