import { readFileSync } from 'node:fs'

import { describe, expect, test } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'

import { toOcsf } from '../../src/index.ts'
import { RECORDS } from './sample-records.ts'

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
