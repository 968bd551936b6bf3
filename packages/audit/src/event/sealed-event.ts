import type { Awaitable } from '@ashlar/core'
import { type SubjectKeys, type SubjectSealed, sealFor, unsealFor } from '@ashlar/core/keys'
import type { Redact } from '@ashlar/core/redaction'
import { isThenable } from '@ashlar/core/time'

import type { AuditEvent, AuditRecord } from './audit-event.ts'

/** An event in two parts: what anybody may read, and what belongs to the data subject. */
export interface SealedEvent {
  readonly open: AuditEvent
  readonly sealed: SubjectSealed
}

/** Takes the personal parts out of an event and encrypts them under the data subject's key. */
export function sealEvent(
  event: AuditEvent,
  subject: string,
  keys: SubjectKeys,
  redact: Redact,
): Awaitable<SealedEvent> {
  const { reason, who, where, changes, details, dataSubject, resource } = event
  const personal = redact({
    // A reason is written by people as often as not.
    reason,
    who,
    dataSubject,
    address: where?.address,
    userAgent: where?.userAgent,
    changes,
    details,
    resource,
  })
  const sealed = sealFor(keys, subject, JSON.stringify(personal))
  return isThenable(sealed) ? sealed.then((parts) => withoutPersonal(event, parts)) : withoutPersonal(event, sealed)
}

function withoutPersonal(event: AuditEvent, sealed: SubjectSealed): SealedEvent {
  const { reason: _, who, where, changes: __, details, dataSubject: ___, resource, ...rest } = event
  // What kind of operation it was is nobody's secret, and reports look for it.
  const operation = details?.['event']
  return {
    open: {
      ...rest,
      ...(who && { who: { kind: who.kind, subject: sealed.subject } }),
      ...(resource && { resource: { type: resource.type } }),
      ...(operation !== undefined && { details: { event: operation } }),
      ...(where && { where: { service: where.service, instance: where.instance } }),
    },
    sealed,
  }
}

/**
 * A record with its personal parts back in place; as it is, when it has none or its key is gone.
 * @throws AshlarError `ERR_SEAL_BROKEN` when they were changed
 * @example
 * const keys = await fileSubjectKeys('/var/lib/orders/subjects')
 * for await (const { record } of readRecords(folder)) console.log(await unseal(record, keys))
 */
export async function unseal(record: AuditRecord, keys: SubjectKeys): Promise<AuditRecord> {
  const text = record.sealed && (await unsealFor(keys, record.sealed))
  if (text === undefined) return record
  const { address, userAgent, ...personal } = JSON.parse(text) as Record<string, unknown>
  return { ...record, ...personal, where: { ...record.where, address, userAgent } } as AuditRecord
}
