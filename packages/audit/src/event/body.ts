import type { Redact } from '@ashlar/core/redaction'

import type { AuditEvent } from './audit-event.ts'
import type { SealedEvent } from './sealed-event.ts'

/** Control characters that JSON does not escape, but that steer terminals and end lines elsewhere. */
const UNESCAPED = /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/
const ALL_UNESCAPED: RegExp = new RegExp(UNESCAPED.source, 'g')

/** Where the trail says that it is; in every record. */
export interface Surroundings {
  readonly service: string | undefined
  readonly instance: string | undefined
}

/** Members that are never part of an app's event. */
export interface OwnMembers {
  readonly time: string
  readonly intent?: number | undefined
}

/** The event as the JSON text that is hashed and written: redacted, bounded, on one line. */
export function encodeBody(
  event: AuditEvent,
  own: OwnMembers,
  { service, instance }: Surroundings,
  redact: Redact,
  sealed?: SealedEvent,
): string {
  const open = sealed ? sealed.open : event
  const { name, outcome, reason, who, action, resource, where, amount, changes, flags, requestId, traceId, details } =
    open
  const place = { ...where, service: where?.service ?? service, instance: where?.instance ?? instance }
  // A fixed order of members, whatever the app passed beside them.
  const members = {
    reason,
    who,
    action,
    resource,
    where: place,
    amount,
    changes,
    flags,
    requestId,
    traceId,
    dataSubject: open.dataSubject,
    details,
  }
  const rest = JSON.stringify(redact(members)).slice(1)
  // Name and outcome have been checked, and so hold nothing that JSON would escape.
  const start = `{"time":"${own.time}","name":"${name}","outcome":"${outcome}"`
  const intent = own.intent === undefined ? '' : `,"intent":${own.intent}`
  const parts = sealed ? `,"sealed":${JSON.stringify(sealed.sealed)}` : ''
  const json = `${start}${intent}${parts}${rest === '}' ? '' : ','}${rest}`
  return UNESCAPED.test(json) ? json.replace(ALL_UNESCAPED, escaped) : json
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
