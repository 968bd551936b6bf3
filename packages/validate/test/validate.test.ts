import { ALLOW, type ConfigurationError, type Deny, type Verdict } from '@ashlar/core'
import { testRequest } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import * as mini from 'zod/mini'

import { type InputIssue, validate } from '../src/index.ts'
import { ZODS_4 } from './zods.ts'

const order = z.strictObject({
  symbol: z.string().max(8),
  items: z.array(z.object({ price: z.number().positive() })),
})

const stateOf = (verdict: Verdict) => (verdict as { state?: { input?: unknown } }).state
const issuesOf = (verdict: Verdict) => (verdict as Deny).problem['issues'] as InputIssue[]
const codeOf = (build: () => unknown) => {
  try {
    build()
  } catch (error) {
    return (error as ConfigurationError).code
  }
  return undefined
}

describe('the guard', () => {
  test('stands in the validation layer and reads no later than it must', () => {
    const any = z.any()
    expect(validate({ body: any })).toMatchObject({ name: 'validate body', layer: 'validation', reads: 'body' })
    expect(validate({ params: any, query: any })).toMatchObject({ name: 'validate query, params', reads: 'route' })
    expect(validate({ query: any, headers: any }).reads).toBe('head')
  })

  test('adds what the schemas made of the input, decided at once', () => {
    const guard = validate({
      body: order,
      query: z.object({ limit: z.coerce.number().default(20) }),
      params: z.object({ id: z.uuid() }),
      headers: z.object({ 'x-tenant': z.string() }),
    })
    const request = testRequest({
      target: '/orders/1?limit=5&noise=1',
      params: { id: '3f0e1b9e-6d0f-4b3e-9d3a-0b7a4c6f2d11' },
      headers: { 'X-Tenant': 'acme', 'X-Other': 'dropped' },
      body: { symbol: 'ACME', items: [{ price: 1, note: 'dropped' }] },
    })
    expect(stateOf(guard.check(request, {}) as Verdict)?.input).toEqual({
      body: { symbol: 'ACME', items: [{ price: 1 }] },
      query: { limit: 5 },
      params: { id: '3f0e1b9e-6d0f-4b3e-9d3a-0b7a4c6f2d11' },
      headers: { 'x-tenant': 'acme' },
    })
  })

  test('takes schemas of zod/mini', () => {
    const guard = validate({ query: mini.object({ a: mini.string() }) })
    expect(stateOf(guard.check(testRequest({ target: '/?a=1' }), {}) as Verdict)?.input).toEqual({ query: { a: '1' } })
    expect((guard.check(testRequest(), {}) as Verdict).kind).toBe('deny')
  })

  test('keeps what an earlier guard validated', () => {
    const state = { input: { params: { id: 1 }, body: 'first' } }
    const guard = validate({ body: z.string() })
    expect(stateOf(guard.check(testRequest({ body: 'second' }), state) as Verdict)?.input).toEqual({
      params: { id: 1 },
      body: 'second',
    })
  })
})

describe('a missing body', () => {
  test('is an issue of the body as a whole', () => {
    const verdict = validate({ body: order }).check(testRequest({ method: 'POST' }), {})
    expect(issuesOf(verdict as Deny)).toEqual([{ in: 'body', path: '', code: 'invalid_type', message: 'Required' }])
  })

  test('passes where the schema says that it may be missing', () => {
    const guard = validate({ body: order.optional() })
    expect((guard.check(testRequest({ method: 'POST' }), {}) as Verdict).kind).toBe('allow')
  })
})

describe.each(ZODS_4)('prototype pollution, %s', (_, z) => {
  const order = z.strictObject({ symbol: z.string(), items: z.array(z.looseObject({})) })
  const hostile = [
    '{"symbol":"A","items":[],"__proto__":{"admin":true}}',
    '{"symbol":"A","items":[{"price":1,"__proto__":{"admin":true}}],"constructor":{"prototype":{"admin":true}}}',
    '{"__proto__":{"symbol":"A","items":[]}}',
    '{"__proto__":null}',
    '[{"__proto__":{"admin":true}}]',
  ]

  test.each(hostile)('%s', (text) => {
    for (const schema of [
      z.object({ symbol: z.string(), items: z.array(z.looseObject({ price: z.number() })) }),
      z.looseObject({ symbol: z.string().optional() }),
      z.looseObject({}).refine(() => true),
      z.object({}).catchall(z.unknown()),
      z.record(z.string(), z.unknown()),
      z.json(),
    ]) {
      const verdict = validate({ body: schema }).check(testRequest({ body: JSON.parse(text) }), {}) as Verdict
      const { body } = (stateOf(verdict)?.input ?? {}) as { body?: { admin?: unknown; items?: { admin?: unknown }[] } }
      expect(body?.admin).toBeUndefined()
      expect(body?.items?.[0]?.admin).toBeUndefined()
      expect(({} as { admin?: unknown }).admin).toBeUndefined()
    }
  })

  test('a strict schema refuses the name', () => {
    const verdict = validate({ body: order }).check(testRequest({ body: JSON.parse(hostile[0]!) }), {})
    expect(issuesOf(verdict as Deny)).toMatchObject([{ path: '__proto__', code: 'unrecognized_keys' }])
  })

  test('an inherited option is no option', () => {
    const options = Object.create({ body: z.any() })
    expect(codeOf(() => validate(options))).toBe('ERR_OPTION_INVALID')
  })
})

describe('options', () => {
  test.each([
    ['ERR_OPTION_MISSING', {}],
    ['ERR_OPTION_UNKNOWN', { boddy: z.any() }],
    ['ERR_OPTION_UNKNOWN', { body: z.any(), cookies: z.any() }],
    ['ERR_OPTION_INVALID', null],
    ['ERR_OPTION_INVALID', { body: undefined }],
    ['ERR_OPTION_INVALID', { body: { type: 'object' } }],
    ['ERR_OPTION_INVALID', { body: () => true }],
    ['ERR_OPTION_INVALID', { body: { _def: {}, parse() {}, safeParse() {} } }],
    ['ERR_OPTION_INVALID', { body: { _zod: {} } }],
    ['ERR_OPTION_MISSING', undefined],
  ])('%s for %p', (code, options) => {
    expect(codeOf(() => validate(options as never))).toBe(code)
  })

  test('a schema that is not there does not leave its part unchecked', () => {
    expect(() => validate({ body: z.any(), query: undefined } as never)).toThrow(
      'validate(): "query" must be a schema of zod, or of another library with Standard Schema, not undefined: often a circular import.',
    )
  })

  test('the error says which name was meant', () => {
    expect(() => validate({ boddy: z.any() } as never)).toThrow('Did you mean "body"?')
  })
})

test('the verdict is no shared constant, since it carries this request’s input', () => {
  expect(validate({ body: z.any() }).check(testRequest({ body: 1 }), {})).not.toBe(ALLOW)
})
