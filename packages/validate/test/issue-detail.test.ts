import type { Deny } from '@ashlar/core'
import { testRequest } from '@ashlar/testkit'
import { afterEach, expect, test } from '@jest/globals'
import { z } from 'zod'

import { validate } from '../src/index.ts'

const before = process.env['NODE_ENV']
afterEach(() => {
  process.env['NODE_ENV'] = before
})

const schema = z.object({ key: z.literal('whsec_planted'), price: z.number().max(77).optional() })
const refuse = () => validate({ body: schema }).check(testRequest({ body: { key: 'sent-by-caller' } }), {}) as Deny

test('the operator sees what the schema compares with in development, and there alone', () => {
  process.env['NODE_ENV'] = 'development'
  const verdict = refuse()
  expect(verdict.reason).toBe('the input does not match its schema (body: invalid_value, values "whsec_planted")')
  expect(JSON.stringify(verdict.problem)).not.toContain('planted')
  for (const environment of ['production', 'test', 'Development', '']) {
    process.env['NODE_ENV'] = environment
    expect(refuse().reason).toBe('the input does not match its schema')
  }
})

test('what was sent is not in it', () => {
  process.env['NODE_ENV'] = 'development'
  expect(JSON.stringify(refuse())).not.toContain('sent-by-caller')
})
