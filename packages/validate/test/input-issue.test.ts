import type { Deny, Verdict } from '@ashlar/core'
import { testRequest } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'
import { z } from 'zod'

import { type InputIssue, validate } from '../src/index.ts'

const order = z.strictObject({
  symbol: z.string().max(8),
  items: z.array(z.object({ price: z.number().positive() })),
})
const issuesOf = (verdict: Verdict) => (verdict as Deny).problem['issues'] as InputIssue[]

describe('a refusal', () => {
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

  test('is small where a small input is wrong in many deep places', async () => {
    const node: z.ZodType = z.lazy(() => z.object({ n: z.number(), [NAME]: z.array(node).optional() }))
    const guard = validate({ body: node })
    let body: unknown = { n: 'x' }
    for (let depth = 0; depth < 40; depth++) body = { n: 'x', [NAME]: [body] }
    const issues = issuesOf((await guard.check(testRequest({ body }), {})) as Deny)
    expect(issues.length).toBeGreaterThan(5)
    expect(JSON.stringify(issues).length).toBeLessThan(10_000)
    expect(Math.max(...issues.map(({ path }) => path.length))).toBeLessThanOrEqual(257)
  })

  test('is small where the names of the caller’s are written in six bytes a character', () => {
    const strict = validate({ body: z.strictObject({}) })
    for (const character of ['\u0001', '"', '\ud800', '\u2028', 'é']) {
      const names = Object.fromEntries(
        Array.from({ length: 100 }, (_, index) => [`${index}${character.repeat(60)}`, 1]),
      )
      const issues = issuesOf(strict.check(testRequest({ body: names }), {}) as Deny)
      expect(issues.length).toBeGreaterThan(0)
      expect(Buffer.byteLength(JSON.stringify(issues))).toBeLessThan(10_000)
    }
  })
})

const NAME = 'a'.repeat(30)
