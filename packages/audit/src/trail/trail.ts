import type { Closeable } from '@ashlar/core/time'

import type { AuditEvent } from '../event/audit-event.ts'

/** Where a record stands, once it is on disk. */
export interface Receipt {
  /** The log it is in; a trail has one for each process that writes. */
  readonly log: string
  readonly seq: number
}

/**
 * An audit trail that is written to. `close()` writes what is waiting, signs the head, and lets go of the trail; after that
 * nothing is recorded any more.
 */
export interface Trail extends Closeable {
  /**
   * Resolves when the record is durable. Rejects with an `UnavailableError` when it can't be made so.
   * @throws AshlarError `ERR_EVENT_INVALID` for what is no event, and for one that only the trail itself records
   */
  record(event: AuditEvent): Promise<Receipt>
  /** Records that something is about to be done; whoever holds the intent ends it. */
  intend(event: AuditEvent): Promise<Intent>
}

/** An operation that has been announced. One that is never completed is found as `unknown` after a crash. */
export interface Intent {
  readonly receipt: Receipt
  /** Can be tried again where it could not be written; an operation ends once. */
  complete(event: AuditEvent): Promise<Receipt>
}
