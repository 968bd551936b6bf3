import { ALLOW, AshlarError, type ConfigurationError, type Deny, type Verdict } from '@ashlar/core'
import { testRequest } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import * as mini from 'zod/mini'

import { type InputIssue, validate } from '../src/index.ts'

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

  test('names each issue by part, path and code', () => {
    const guard = validate({ body: order, query: z.object({ limit: z.coerce.number() }) })
    const verdict = guard.check(
      testRequest({ target: '/?limit=many', body: { symbol: 1, items: [{ price: -1 }], extra: 1, more: 2 } }),
      {},
    ) as Deny
    expect(verdict.problem).toMatchObject({ status: 400, code: 'invalid-input' })
    expect(verdict.event).toBe('input_validation_fail')
    expect(issuesOf(verdict).map(({ in: part, path, code }) => [part, path, code])).toEqual([
      ['body', 'symbol', 'invalid_type'],
      ['body', 'items.0.price', 'too_small'],
      ['body', 'extra', 'unrecognized_keys'],
      ['body', 'more', 'unrecognized_keys'],
      ['query', 'limit', 'invalid_type'],
    ])
  })

  test('never repeats a value that was sent', () => {
    const guard = validate({
      body: z.strictObject({
        a: z.enum(['x', 'y']),
        b: z.email(),
        c: z.literal(4),
        d: z.union([z.number(), z.boolean()]),
        e: z.string().regex(/^\d+$/),
        f: z.coerce.number(),
        g: z.record(z.string(), z.number()),
        h: z.iso.datetime(),
        i: z.discriminatedUnion('kind', [z.object({ kind: z.literal('k') })]),
        j: z.string().startsWith('s'),
        k: z.set(z.string()),
      }),
    })
    const planted = 'planted-6f1d'
    const body = Object.fromEntries([...'abcdefgjk'].map((key) => [key, planted]))
    const verdict = guard.check(
      testRequest({ body: { ...body, g: { key: planted }, i: { kind: planted }, z: planted } }),
      {},
    )
    expect(issuesOf(verdict as Deny).length).toBeGreaterThan(10)
    expect(JSON.stringify(verdict)).not.toContain(planted)
  })

  test('tells at most fifty issues, and bounds the names in their paths', () => {
    const many = validate({ body: z.array(z.number()) })
    expect(issuesOf(many.check(testRequest({ body: Array(60_000).fill('x') }), {}) as Deny)).toHaveLength(50)

    const strict = validate({ body: z.strictObject({}) })
    const names = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`${index}-${'n'.repeat(500)}`, 1]))
    const issues = issuesOf(strict.check(testRequest({ body: names }), {}) as Deny)
    expect(issues).toHaveLength(50)
    expect(Math.max(...issues.map(({ path }) => path.length))).toBe(64)
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
    expect(issuesOf(verdict as Deny)).toEqual([
      { in: 'body', path: '', code: 'invalid_type', message: 'Invalid input: expected object, received undefined' },
    ])
  })

  test('passes where the schema says that it may be missing', () => {
    const guard = validate({ body: order.optional() })
    expect((guard.check(testRequest({ method: 'POST' }), {}) as Verdict).kind).toBe('allow')
  })
})

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

describe('asynchronous schemas', () => {
  const taken = z.string().refine(async (name) => name !== 'taken', { error: 'taken' })

  test('are waited for', async () => {
    const guard = validate({ body: z.object({ name: taken }) })
    expect(await guard.check(testRequest({ body: { name: 'free' } }), {})).toMatchObject({ kind: 'allow' })
    expect(issuesOf(await guard.check(testRequest({ body: { name: 'taken' } }), {}))).toMatchObject([
      { path: 'name', code: 'custom', message: 'taken' },
    ])
  })

  test('are found out also when the first requests never reach the promise', async () => {
    const guard = validate({ body: z.union([z.object({ id: z.number() }), z.object({ name: taken })]) })
    expect(guard.check(testRequest({ body: { id: 1 } }), {})).toMatchObject({ kind: 'allow' })
    expect(await guard.check(testRequest({ body: { name: 'free' } }), {})).toMatchObject({ kind: 'allow' })
    expect(guard.check(testRequest({ body: { id: 1 } }), {})).toBeInstanceOf(Promise)
  })

  test('that fail reject, and leave no rejection that nobody handles', async () => {
    const failing = z.string().refine(async () => {
      throw new Error('database down')
    })
    const loose: unknown[] = []
    const onLoose = (error: unknown) => loose.push(error)
    process.on('unhandledRejection', onLoose)
    const guard = validate({ body: failing, query: z.any().refine(() => Boolean(boom())) })
    const alone = validate({ body: failing })
    expect(() => guard.check(testRequest({ body: 'x' }), {})).toThrow('boom')
    for (let round = 0; round < 3; round++) {
      await expect(alone.check(testRequest({ body: 'x' }), {})).rejects.toThrow('database down')
    }
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', onLoose)
    expect(loose).toEqual([])
  })

  test('are not run twice for an input that is valid', async () => {
    let runs = 0
    const guard = validate({
      body: z.string().refine(async () => {
        runs++
        return true
      }),
    })
    await guard.check(testRequest({ body: 'a' }), {})
    await guard.check(testRequest({ body: 'b' }), {})
    expect(runs).toBe(2)
  })
})

function boom(): unknown {
  throw new Error('boom')
}

describe('an input that is nested too deeply for a recursive schema', () => {
  const deep: unknown = JSON.parse('['.repeat(50_000) + ']'.repeat(50_000))
  const list: z.ZodType = z.lazy(() => z.array(list))
  const slow: z.ZodType = list.refine(async () => true)
  const expected = [{ in: 'body', path: '', code: 'custom', message: 'Too deeply nested' }]

  test('is the caller’s error', async () => {
    for (const schema of [z.json(), list, slow]) {
      const guard = validate({ body: schema })
      expect(issuesOf(await guard.check(testRequest({ body: deep }), {}))).toEqual(expected)
      expect(await guard.check(testRequest({ body: [[]] }), {})).toMatchObject({ kind: 'allow' })
      expect(issuesOf(await guard.check(testRequest({ body: deep }), {}))).toEqual(expected)
    }
  })
})

describe('prototype pollution', () => {
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
    expect(codeOf(() => validate(options))).toBe('ERR_OPTION_MISSING')
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
  ])('%s for %p', (code, options) => {
    expect(codeOf(() => validate(options as never))).toBe(code)
  })

  test('the error says which name was meant', () => {
    expect(() => validate({ boddy: z.any() } as never)).toThrow('Did you mean "body"?')
  })
})

test('the verdict is no shared constant, since it carries this request’s input', () => {
  expect(validate({ body: z.any() }).check(testRequest({ body: 1 }), {})).not.toBe(ALLOW)
})
