import type { AuditEventName, AuditRecord } from '../event/audit-event.ts'

const VERSION = '9.4.0'

/**
 * A record in the Elastic Common Schema 9.4.
 * @example for await (const { record } of readRecords(folder)) console.log(JSON.stringify(toEcs(record)))
 */
export function toEcs(record: AuditRecord): Record<string, unknown> {
  const { time, name, outcome, reason, seq, hash, who, where, requestId, traceId, details, resource, action } = record
  const status = details?.['status']
  const duration = details?.['durationMs']
  return nested({
    '@timestamp': time,
    'ecs.version': VERSION,
    message: reason,
    'event.kind': outcome === 'refused' ? 'alert' : 'event',
    'event.category': [categoryOf(name)],
    'event.type': [outcome === 'refused' ? 'denied' : typeOf(name)],
    'event.action': action ?? name,
    'event.code': name,
    'event.outcome':
      outcome === 'success' ? 'success' : outcome === 'failure' || outcome === 'refused' ? 'failure' : 'unknown',
    'event.reason': reason,
    'event.sequence': seq,
    'event.hash': hash,
    'event.provider': 'ashlar',
    'event.duration': typeof duration === 'number' ? Math.round(duration * 1e6) : undefined,
    'user.id': who?.subject,
    'user.domain': who?.issuer,
    'related.user': who && [who.subject],
    'source.ip': where?.address,
    'user_agent.original': where?.userAgent,
    'service.name': where?.service,
    'service.node.name': where?.instance,
    'http.request.id': requestId,
    'http.request.method': details?.['method'],
    'http.response.status_code': typeof status === 'number' ? status : undefined,
    'trace.id': traceId,
    labels: resource && nested({ resource_type: resource.type, resource_id: resource.id }),
  })
}

function categoryOf(name: AuditEventName): string {
  if (name.startsWith('authn_')) return 'authentication'
  if (name.startsWith('authz_') || name.startsWith('user_')) return 'iam'
  if (name.startsWith('config_') || name.startsWith('secret_')) return 'configuration'
  if (name.startsWith('sensitive_') || name.startsWith('subject_')) return 'database'
  if (name.startsWith('sys_') || name.startsWith('trail_')) return 'process'
  if (name === 'malicious_extraneous' || name === 'excess_rate_limit_exceeded') return 'intrusion_detection'
  return 'web'
}

function typeOf(name: AuditEventName): string {
  if (/_(?:create|created|given)$/.test(name)) return 'creation'
  if (/_(?:delete|deleted|erased|pruned)$/.test(name)) return 'deletion'
  if (/_(?:update|updated|changed|change|rotated|withdrawn)$/.test(name)) return 'change'
  if (/_(?:startup|success)$/.test(name)) return 'start'
  if (/_(?:shutdown|logout)$/.test(name)) return 'end'
  if (/_(?:read|accessed|called|exported)$/.test(name)) return 'access'
  return 'info'
}

/** `{ 'a.b': 1 }` as `{ a: { b: 1 } }`, without what is undefined. */
function nested(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  for (const [path, value] of Object.entries(fields)) {
    if (value === undefined) continue
    const names = path.split('.')
    let place = result
    for (const name of names.slice(0, -1)) place = (place[name] ??= {}) as Record<string, unknown>
    place[names.at(-1)!] = value
  }
  return result
}
