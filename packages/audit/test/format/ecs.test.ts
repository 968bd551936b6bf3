import { isIP } from 'node:net'

import { EcsFlat } from '@elastic/ecs'
import { describe, expect, test } from '@jest/globals'

import { toEcs } from '../../src/index.ts'
import { RECORDS } from './sample-records.ts'

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
