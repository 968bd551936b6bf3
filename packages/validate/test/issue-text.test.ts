import type { Deny, Verdict } from '@ashlar/core'
import { testRequest } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'
import { type } from 'arktype'
import * as v from 'valibot'

import { type InputIssue, type Schema, validate } from '../src/index.ts'
import { ZODS, ZODS_4 } from './zods.ts'

const issuesOf = (verdict: Verdict) => (verdict as Deny).problem['issues'] as InputIssue[]
const ask = async (schema: Schema, body: unknown) =>
  issuesOf(await validate({ body: schema }).check(testRequest({ body }), {}))

const WRONG = { a: 'x', b: 'x', c: 'x', d: 'x', e: 'x', f: 1, g: 'x', h: { kind: 'x' }, i: 'x', j: 99999, k: 1, l: {} }

describe.each([
  ...ZODS.map(
    ([name, z]) =>
      [
        name,
        z.object({
          a: z.literal('whsec_planted'),
          b: z.string().startsWith('sk_planted_'),
          c: z.enum(['planted-admin', 'planted-root']),
          d: z.string().regex(/^planted\d+$/),
          e: z.string().endsWith('planted').includes('planted'),
          f: z.number().min(7777).multipleOf(7777),
          g: z.union([z.literal('planted-1'), z.literal('planted-2')]),
          h: z.discriminatedUnion('kind', [
            z.object({ kind: z.literal('planted') }),
            z.object({ kind: z.literal('planted2') }),
          ]),
          i: z.string().min(7777),
          j: z.number().max(7777),
          k: z.string().default('planted'),
          l: z.custom((value) => value === 'planted'),
        }),
      ] as const,
  ),
  [
    'valibot',
    v.object({
      a: v.literal('whsec_planted'),
      b: v.pipe(v.string(), v.startsWith('sk_planted_')),
      c: v.picklist(['planted-admin']),
      d: v.pipe(v.string(), v.regex(/^planted\d+$/)),
      f: v.pipe(v.number(), v.minValue(7777)),
      h: v.variant('kind', [v.object({ kind: v.literal('planted') })]),
    }),
  ] as const,
  [
    'arktype',
    type({ a: "'whsec_planted'", b: '/^sk_planted_/', c: "'planted-admin'|'planted-root'", f: 'number > 7777' }),
  ] as const,
])('%s: what a schema compares with', (_, schema) => {
  test('is told to no caller', async () => {
    const issues = await ask(schema, WRONG)
    expect(issues.length).toBeGreaterThan(2)
    expect(JSON.stringify(issues)).not.toMatch(/planted|7777/)
    expect(JSON.stringify(await ask(schema, {}))).not.toMatch(/planted|7777/)
  })
})

describe.each(ZODS)('%s: the text of an issue', (_, z) => {
  test('says what is missing, and of which plain type it must be', async () => {
    const schema = z.object({ a: z.string(), b: z.number(), c: z.boolean() })
    expect((await ask(schema, { b: 'x', c: 1 })).map(({ message }) => message)).toEqual([
      'Required',
      'Expected number',
      'Expected boolean',
    ])
  })

  test('is that which the app’s own check gives', async () => {
    const schema = z.object({ a: z.string().refine(() => false, 'taken'), b: z.string() }).superRefine((_, context) => {
      context.addIssue({ code: 'custom', path: ['b'], message: 'not with a' })
    })
    expect((await ask(schema, { a: 'x', b: 'y' })).map(({ message }) => message)).toContain('taken')
    const far = z.string().superRefine((_, context) => context.addIssue({ code: 'custom', message: 'not here' }))
    expect(await ask(far, 'x')).toMatchObject([{ message: 'not here' }])
  })

  test('tells short from small', async () => {
    const schema = z.object({ a: z.string().min(3), b: z.array(z.any()).max(1), c: z.number().min(3) })
    expect((await ask(schema, { a: 'x', b: [1, 2], c: 1 })).map(({ message }) => message)).toEqual([
      'Too short',
      'Too long',
      'Too small',
    ])
  })
})

describe.each(ZODS_4)('%s: the text that a schema is given', (_, z) => {
  test('is told', async () => {
    const schema = z.object({
      a: z.string().regex(/^[A-Z]{1,5}$/, 'one to five capital letters'),
      b: z.string('a text, please'),
    })
    expect((await ask(schema, { a: 'x', b: 1 })).map(({ message }) => message)).toEqual([
      'one to five capital letters',
      'a text, please',
    ])
  })

  test('is of bounded length, and told less of where it fails', async () => {
    expect((await ask(z.string('y'.repeat(9999)), 1))[0]?.message).toHaveLength(200)
    const throwing = z.string({
      error: () => {
        throw new Error('x')
      },
    })
    expect(await ask(throwing, 1)).toMatchObject([{ message: 'Expected string' }])
    expect(await ask(z.string({ error: (async () => 'x') as never }), 1)).toMatchObject([
      { message: 'Expected string' },
    ])
    expect(await ask(z.string({ error: (() => Promise.reject(new Error('loose'))) as never }), 1)).toMatchObject([{}])
  })

  test('is not what zod says of an inner schema that the app asks itself', async () => {
    const inner = z.literal('whsec_planted')
    const schema = z.string().check((payload) => {
      payload.issues.push(...((inner.safeParse(payload.value).error?.issues ?? []) as never[]))
    })
    expect(await ask(schema, 'x')).toMatchObject([{ code: 'invalid_value', message: 'Not an accepted value' }])
  })
})
