import { AshlarError, type Deny, type Verdict } from '@ashlar/core'
import { testRequest } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'
import { z } from 'zod'

import { validate } from '../src/index.ts'

const order = z.strictObject({ symbol: z.string() })
const codeOf = (build: () => unknown) => {
  try {
    build()
  } catch (error) {
    return (error as AshlarError).code
  }
  return undefined
}

describe('a body that was sent and not read', () => {
  const sent = (type: string | undefined, body?: unknown) =>
    testRequest({ headers: { 'Content-Length': '5', ...(type !== undefined && { 'Content-Type': type }) }, body })

  test.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON ;charset=utf-8'])(
    'is an error of the operator when it is %s',
    (type) => {
      expect(() => validate({ body: order }).check(sent(type), {})).toThrow(AshlarError)
      expect(codeOf(() => validate({ body: order }).check(sent(type, {}), {}))).toBe('ERR_BODY_NOT_PARSED')
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
