import type { AuditRecord } from '../event/audit-event.ts'

const VERSION = '1.7.0'
const OTHER = 99

/** What the trail's records are called after, in `metadata.product`. */
export interface Product {
  readonly name: string
  readonly vendor: string
}

const ASHLAR: Product = { name: 'Ashlar', vendor: 'Ashlar' }

/**
 * A record in the Open Cybersecurity Schema Framework 1.7.0: Authentication (3002) for `authn_…` events, API Activity
 * (6003) for everything else.
 * @example for await (const { record } of readRecords(folder)) console.log(JSON.stringify(toOcsf(record)))
 */
export function toOcsf(record: AuditRecord, product: Product = ASHLAR): Record<string, unknown> {
  return record.name.startsWith('authn_') ? authentication(record, product) : apiActivity(record, product)
}

const LOGON = 1
const LOGOFF = 2
const AUTHENTICATIONS: Readonly<Record<string, number>> = {
  authn_login_success: LOGON,
  authn_login_fail: LOGON,
  authn_logout: LOGOFF,
}

function authentication(record: AuditRecord, product: Product): Record<string, unknown> {
  return {
    ...classified(3, 3002, AUTHENTICATIONS[record.name] ?? OTHER, record),
    ...common(record, product),
    user: user(record),
    service: { name: record.where?.service ?? product.name },
  }
}

const ACTIVITIES: Readonly<Record<string, number>> = { POST: 1, GET: 2, HEAD: 2, PUT: 3, PATCH: 3, DELETE: 4 }
const METHODS = new Set(['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE', 'CONNECT', 'PATCH'])

function apiActivity(record: AuditRecord, product: Product): Record<string, unknown> {
  const { action, requestId, resource, where } = record
  const method = text(record.details?.['method'])
  const status = record.details?.['status']
  return {
    ...classified(6, 6003, ACTIVITIES[method ?? ''] ?? activityOf(action), record),
    ...common(record, product),
    actor: record.who ? { user: user(record) } : { app_name: where?.service ?? product.name },
    api: defined({
      operation: action ?? record.name,
      request: requestId && { uid: requestId },
      response: typeof status === 'number' ? { code: status } : undefined,
      service: where?.service && { name: where.service },
    }),
    ...(method &&
      METHODS.has(method) && { http_request: defined({ http_method: method, user_agent: where?.userAgent }) }),
    ...(resource && {
      resources: [defined({ type: resource.type, uid: resource.id, name: resource.id ?? resource.type })],
    }),
  }
}

/** `orders:read` says as much as a method. */
function activityOf(action: string | undefined): number {
  const verb = action?.split(':').at(-1)
  return { create: 1, read: 2, update: 3, write: 3, delete: 4 }[verb ?? ''] ?? OTHER
}

function classified(category: number, classId: number, activity: number, { name }: AuditRecord): object {
  return {
    category_uid: category,
    class_uid: classId,
    activity_id: activity,
    ...(activity === OTHER && { activity_name: name }),
    type_uid: classId * 100 + activity,
  }
}

function common(record: AuditRecord, { name, vendor }: Product): object {
  const { seq, time, hash, outcome, reason, traceId, where } = record
  return defined({
    time: Date.parse(time),
    severity_id: outcome === 'success' || outcome === 'intended' ? 1 : 2,
    status_id: outcome === 'success' ? 1 : outcome === 'failure' || outcome === 'refused' ? 2 : 0,
    status: outcome,
    status_detail: reason,
    metadata: defined({
      version: VERSION,
      product: { name, vendor_name: vendor },
      event_code: record.name,
      sequence: seq,
      uid: hash,
      correlation_uid: record.requestId ?? traceId,
    }),
    src_endpoint: where?.address ? { ip: where.address } : { name: 'unknown' },
    unmapped:
      (record.details ?? record.sealed) ? defined({ details: record.details, changes: record.changes }) : undefined,
  })
}

function user({ who }: AuditRecord): object {
  return who ? defined({ uid: who.subject, domain: who.issuer }) : { name: 'unknown' }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function defined(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}
