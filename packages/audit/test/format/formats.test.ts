import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'

import { EcsFlat } from '@elastic/ecs'
import { describe, expect, test } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'

import { type AuditEventName, type AuditRecord, toEcs, toOcsf } from '../../src/index.ts'

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
const RECORDS: readonly AuditRecord[] = NAMES.flatMap((name) =>
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

describe('OCSF 1.7.0', () => {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  const schema = (file: string) =>
    ajv.compile(JSON.parse(readFileSync(new URL(`ocsf-1.7.0/${file}.json`, import.meta.url), 'utf8')) as object)
  const classes: Readonly<Record<number, ReturnType<typeof schema>>> = {
    6003: schema('api-activity'),
    3002: schema('authentication'),
  }

  test('every record is valid by the published schema of its class', () => {
    for (const record of RECORDS) {
      const event = toOcsf(record)
      const validate = classes[event['class_uid'] as number]!
      validate(event)
      expect({ record, errors: validate.errors ?? [] }).toEqual({ record, errors: [] })
    }
  })

  test('the schema refuses what is wrong', () => {
    const event = toOcsf(RECORDS[0]!)
    expect(classes[3002]!({ ...event, activity_id: 50 })).toBe(false)
    expect(classes[3002]!({ ...event, metadata: undefined })).toBe(false)
    expect(classes[6003]!(event)).toBe(false)
  })

  test('authentication and activity are told apart', () => {
    const full = RECORDS.filter(({ requestId }) => requestId)
    const find = (name: string) => toOcsf(full.find((record) => record.name === name)!)
    expect(find('authn_login_fail')).toMatchObject({
      class_uid: 3002,
      activity_id: 1,
      type_uid: 300201,
      user: { uid: 'alice' },
    })
    expect(find('request_completed')).toMatchObject({
      class_uid: 6003,
      activity_id: 3,
      actor: { user: { uid: 'alice' } },
      api: { operation: 'orders:write', response: { code: 403 } },
      src_endpoint: { ip: '192.0.2.1' },
    })
  })
})

describe('ECS 9.4', () => {
  interface Field {
    readonly type: string
    readonly normalize: readonly string[]
    readonly allowed_values?: readonly { readonly name: string; readonly expected_event_types?: readonly string[] }[]
  }
  const fields = EcsFlat as unknown as Readonly<Record<string, Field>>

  function flat(value: object, path = ''): [string, unknown][] {
    return Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
      const field = path + name
      if (field in fields || typeof member !== 'object' || member === null) return [[field, member]]
      return flat(member as object, `${field}.`)
    })
  }

  function complaint(name: string, value: unknown): string | undefined {
    const field = fields[name]
    if (!field) return `${name} is no field`
    if (field.normalize.includes('array') !== Array.isArray(value)) return `${name}: list or not`
    for (const one of [value].flat()) {
      const fits: Readonly<Record<string, boolean>> = {
        long: Number.isSafeInteger(one),
        date: typeof one === 'string' && !Number.isNaN(Date.parse(one)),
        ip: isIP(String(one)) !== 0,
        object: typeof one === 'object',
      }
      if (!(fits[field.type] ?? typeof one === 'string')) return `${name}: ${JSON.stringify(one)} is no ${field.type}`
      const allowed = field.allowed_values?.map((known) => known.name)
      if (allowed && allowed.length > 0 && !allowed.includes(String(one)))
        return `${name}: ${String(one)} is not allowed`
    }
    return undefined
  }

  test('every field of every record is one of the published schema, of its type and with an allowed value', () => {
    for (const record of RECORDS) {
      const complaints = flat(toEcs(record)).flatMap(([name, value]) => complaint(name, value) ?? [])
      expect({ record, complaints }).toEqual({ record, complaints: [] })
    }
  })

  test('what happened is where it is looked for', () => {
    const record = RECORDS.find(
      ({ name, requestId, outcome }) => name === 'authz_fail' && requestId && outcome === 'refused',
    )
    expect(toEcs(record!)).toMatchObject({
      '@timestamp': '2026-01-01T00:00:00.000Z',
      event: { category: ['iam'], type: ['denied'], outcome: 'failure', sequence: 7, duration: 1_250_000 },
      user: { id: 'alice' },
      source: { ip: '192.0.2.1' },
      http: { request: { id: 'abcdefgh-1', method: 'PATCH' }, response: { status_code: 403 } },
    })
  })
})
