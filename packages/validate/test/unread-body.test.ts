import type { Deny, Verdict } from '@ashlar/core'
import { testRequest } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'
import { z } from 'zod'

import { validate } from '../src/index.ts'

const order = z.strictObject({ symbol: z.string() })
describe('a body that was sent and not read', () => {
  const sent = (type: string | undefined, body?: unknown) =>
    testRequest({ headers: { 'Content-Length': '5', ...(type !== undefined && { 'Content-Type': type }) }, body })

  test.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON ;charset=utf-8'])(
    'is 415 when it is %s, since a caller makes no error of the operator’s',
    (type) => {
      for (const body of [undefined, {}]) {
        const verdict = validate({ body: order }).check(sent(type, body), {})
        expect((verdict as Deny).problem).toMatchObject({ status: 415, code: 'unsupported-media-type' })
      }
    },
  )

  test.each(['text/plain', 'application/jsonx', 'application/problem+json', 'text/plain; application/json', undefined])(
    'is 415 when it is %s',
    (type) => {
      for (const body of [undefined, {}]) {
        const verdict = validate({ body: z.looseObject({}).optional() }).check(sent(type, body), {})
        expect((verdict as Deny).problem).toMatchObject({ status: 415, code: 'unsupported-media-type' })
      }
    },
  )

  test('is none when a parser of another kind has made something of it', () => {
    const guard = validate({ body: z.string() })
    expect((guard.check(sent('text/plain', 'hello'), {}) as Verdict).kind).toBe('allow')
  })

  test('counts also when its length is not told', () => {
    const request = testRequest({ headers: { 'Transfer-Encoding': 'chunked', 'Content-Type': 'text/plain' } })
    expect((validate({ body: order }).check(request, {}) as Deny).problem.status).toBe(415)
  })
})
