import type { AuditEventName, AuditRecord } from '../../src/index.ts'

const BASE = {
  seq: 7,
  time: '2026-01-01T00:00:00.000Z',
  prev: 'p'.repeat(43),
  hash: 'h'.repeat(43),
} as const

const NAMES: readonly AuditEventName[] = [
  'authn_login_fail',
  'authn_login_success',
  'authn_logout',
  'authn_token_created',
  'authz_fail',
  'sensitive_read',
  'sensitive_delete',
  'config_changed',
  'consent_given',
  'consent_withdrawn',
  'malicious_extraneous',
  'excess_rate_limit_exceeded',
  'operation_intended',
  'operation_completed',
  'trail_recovered',
  'sys_startup',
  'request_completed',
  'app_anything',
]

/** Each name with each outcome, bare and with everything that a record can have. */
export const RECORDS: readonly AuditRecord[] = NAMES.flatMap((name) =>
  (['success', 'failure', 'refused', 'intended', 'unknown'] as const).flatMap((outcome): AuditRecord[] => [
    { ...BASE, name, outcome },
    {
      ...BASE,
      name,
      outcome,
      reason: 'the key was revoked',
      who: { kind: 'bearer', subject: 'alice', issuer: 'https://issuer.example' },
      action: 'orders:write',
      resource: { type: 'order', id: '42' },
      where: { address: '192.0.2.1', userAgent: 'curl/8', service: 'orders', instance: 'i-1' },
      amount: { value: '12.50', currency: 'EUR' },
      changes: { before: { a: 1 }, after: { a: 2 } },
      flags: ['pci'],
      requestId: 'abcdefgh-1',
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      details: { method: 'PATCH', route: '/orders/:id', status: 403, durationMs: 1.25 },
    },
    { ...BASE, name, outcome, details: { method: 'PROPFIND' }, where: { address: '2001:db8::1' } },
  ]),
)
