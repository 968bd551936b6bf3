import { runInNewContext } from 'node:vm'

import type { Deny, Verdict } from '@ashlar/core'
import { testRequest } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'
import type { core, ZodType } from 'zod'
import * as mini from 'zod/mini'

import { type InputIssue, validate } from '../../src/index.ts'
import { expectNothingLoose, thenable } from '../promises.ts'
import { ZODS, ZODS_4 } from '../zods.ts'

const issuesOf = (verdict: Verdict) => (verdict as Deny).problem['issues'] as InputIssue[]
const bodyOf = (verdict: Verdict) => (verdict as { state?: { input?: { body: unknown } } }).state?.input?.body
const failing = (name: string) => async () => {
  await null
  throw new Error(`${name} failed`)
}

describe.each(ZODS)('%s: code of the app’s in a schema', (_, z) => {
  const ask = async (schema: ZodType, body: unknown) => validate({ body: schema }).check(testRequest({ body }), {})

  test('is called once for each request, whichever came first', async () => {
    const calls: string[] = []
    const guard = validate({
      body: z.object({
        item: z.string(),
        coupon: z
          .string()
          .refine(async (coupon) => {
            calls.push(coupon)
            return coupon !== 'spent'
          }, 'spent')
          .optional(),
      }),
    })
    const kinds: string[] = []
    for (const coupon of [undefined, 'a', 'spent', undefined, 'b']) {
      kinds.push((await guard.check(testRequest({ body: { item: 'x', coupon } }), {})).kind)
    }
    expect(kinds).toEqual(['allow', 'allow', 'deny', 'allow', 'allow'])
    expect(calls).toEqual(['a', 'spent', 'b'])
  })

  test('consumes a code that may be used once only once, also beside a member that is wrong', async () => {
    const codes = new Set(['c-1', 'c-2'])
    const guard = validate({
      body: z.object({ code: z.string().refine(async (code) => codes.delete(code), 'used'), item: z.string() }),
    })
    expect(await guard.check(testRequest({ body: { code: 'c-1', item: 'x' } }), {})).toMatchObject({ kind: 'allow' })
    const verdict = await guard.check(testRequest({ body: { code: 'c-2', item: 1 } }), {})
    expect(issuesOf(verdict)).toMatchObject([{ path: 'item' }])
  })

  test.each([
    ['an asynchronous one alone', z.object({ a: z.string().refine(failing('a')), b: z.any() }), 'a failed'],
    ['one that throws', z.object({ a: z.string().refine(boom), b: z.any() }), 'boom'],
    ['two of one text', z.object({ a: z.string().refine(failing('a')).refine(failing('a')) }), 'a failed'],
    ['two members', z.object({ a: z.string().refine(failing('a')), b: z.string().refine(failing('a')) }), 'a failed'],
    [
      'one beside one that throws',
      z.object({ a: z.string().refine(failing('a')), b: z.string().refine(boom) }),
      'boom',
    ],
    ['one before a check that throws', z.object({ a: z.string().refine(failing('a')).refine(boom) }), /boom|a failed/],
    [
      'one of two alternatives',
      z.union([z.object({ a: z.string().refine(failing('a')) }), z.object({ b: z.string() })]),
      'a failed',
    ],
    [
      'one side of an intersection',
      z.intersection(z.object({ a: z.string().refine(failing('a')) }), z.object({ b: z.string().refine(boom) })),
      'boom',
    ],
    ['one that has a substitute', z.object({ a: z.string().refine(failing('a')).catch('substitute') }), 'a failed'],
    ['a transform', z.object({ a: z.string().transform(failing('a')) }), 'a failed'],
    ['a transform of the whole', z.object({ a: z.string() }).transform(failing('a')), 'a failed'],
    ['a refinement with a context', z.object({ a: z.string() }).superRefine(failing('a')), 'a failed'],
    ['a preprocessor', z.preprocess(boom, z.any()), 'boom'],
    [
      'a substitute that can’t be made',
      z.object({ a: z.number().catch(boom), b: z.string().refine(failing('b')) }),
      /boom|b failed/,
    ],
    [
      'a default that can’t be made',
      z.object({ c: z.number().default(boom), b: z.string().refine(failing('b')) }),
      /boom|b failed/,
    ],
    ['an entry of a record', z.record(z.string(), z.string().refine(failing('a'))), 'a failed'],
    [
      'what comes after',
      z.object({
        a: z
          .string()
          .transform(async (text) => text)
          .pipe(z.string().refine(boom)),
      }),
      'boom',
    ],
  ] as [string, ZodType, string | RegExp][])(
    'fails as the request’s error and ends no process: %s',
    async (_, schema, message) => {
      await expectNothingLoose(async () => {
        for (let round = 0; round < 3; round++) {
          const asking = (async () => ask(schema, { a: 'x', b: 'y' }))()
          await expect(asking).rejects.toThrow(message)
        }
      })
    },
  )

  test('fails for its own request alone', async () => {
    const guard = validate({
      body: z.string().refine(async (text) => (text === 'bad' ? boom() : text !== 'wrong'), 'no'),
    })
    const outcomes = await Promise.allSettled(
      ['good', 'bad', 'wrong', 'good', 'bad'].map((body) => guard.check(testRequest({ body }), {})),
    )
    expect(outcomes.map((one) => (one.status === 'fulfilled' ? one.value.kind : 'failed'))).toEqual([
      ...['allow', 'failed', 'deny', 'allow', 'failed'],
    ])
    expect(await guard.check(testRequest({ body: 'good' }), {})).toMatchObject({ kind: 'allow' })
  })

  test('is called no more after a failure', async () => {
    let calls = 0
    const schema = z.object({ a: z.string().transform(boom) }).transform(() => ++calls)
    await expect((async () => ask(schema, { a: 'x' }))()).rejects.toThrow('boom')
    expect(calls).toBe(0)
  })

  test('sees recursive schemas through', async () => {
    const node: ZodType = z.lazy(() =>
      z.object({ name: z.string().refine(async (one) => one !== 'bad', 'bad'), inner: z.array(node).optional() }),
    )
    const right = { name: 'a', inner: [{ name: 'b', inner: [{ name: 'c' }] }] }
    expect(bodyOf(await ask(node, right))).toEqual(right)
    const wrong = { name: 'a', inner: [{ name: 'b', inner: [{ name: 'bad' }, { name: 1 }] }] }
    expect(
      issuesOf(await ask(node, wrong))
        .map(({ path }) => path)
        .sort(),
    ).toEqual(['inner.0.inner.0.name', 'inner.0.inner.1.name'])
  })

  test('leaves the app’s own schema as it is', async () => {
    const schema = z.object({ a: z.string().refine(failing('a')) })
    await expect((async () => ask(schema, { a: 'x' }))()).rejects.toThrow('a failed')
    await expect(schema.safeParseAsync({ a: 'x' })).rejects.toThrow('a failed')
    expect(await schema.safeParseAsync({ a: 1 })).toMatchObject({ success: false })
  })

  test('does not run where an input is nested too deeply, which is the caller’s error', async () => {
    const deep: unknown = JSON.parse('['.repeat(50_000) + ']'.repeat(50_000))
    const list: ZodType = z.lazy(() => z.array(list))
    await expectNothingLoose(async () => {
      for (const schema of [
        list,
        list.refine(async () => true),
        z.object({ a: z.string().refine(failing('a')), b: list }),
      ]) {
        const body = schema instanceof z.ZodObject || 'shape' in schema ? { a: 'x', b: deep } : deep
        const verdict = await ask(schema, body).catch((error: Error) => error.message)
        if (typeof verdict === 'string') expect(verdict).toBe('a failed')
        else
          expect(issuesOf(verdict)).toEqual([{ in: 'body', path: '', code: 'too_deep', message: 'Too deeply nested' }])
      }
    })
  })

  test('is waited for as long as it takes, also where an alternative was right at once', async () => {
    let settle: () => void = () => {}
    const slow = new Promise<boolean>((resolve) => {
      settle = () => resolve(true)
    })
    const schema = z.union([z.object({ a: z.string().refine(() => slow) }), z.object({ b: z.string() })])
    let decided = false
    const asking = ask(schema, { a: 'x', b: 'y' }).then((verdict) => {
      decided = true
      return verdict
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(decided).toBe(false)
    settle()
    expect(await asking).toMatchObject({ kind: 'allow' })
  })

  test('makes no schema without it asynchronous', () => {
    const guard = validate({
      body: z.object({
        a: z.string().trim().email(),
        n: z.coerce.number(),
        l: z
          .array(z.enum(['x']))
          .min(1)
          .optional(),
      }),
    })
    for (const body of [{ a: 'a@example.org', n: '1' }, { a: 1 }]) {
      expect(typeof (guard.check(testRequest({ body }), {}) as Verdict).kind).toBe('string')
    }
  })
})

describe.each(ZODS_4)('%s', (_, z) => {
  test('takes any thenable, of any realm, for a promise', async () => {
    for (const answer of [thenable(false), runInNewContext('Promise.resolve(false)')]) {
      const guard = validate({ body: z.string().refine(() => answer as boolean, 'no') })
      expect(issuesOf(await guard.check(testRequest({ body: 'x' }), {}))).toMatchObject([{ message: 'no' }])
    }
  })

  test('answers at once where the app’s code did', () => {
    const guard = validate({ body: z.object({ a: z.string().refine((text) => text !== 'no') }).refine(() => true) })
    expect((guard.check(testRequest({ body: { a: 'x' } }), {}) as Verdict).kind).toBe('allow')
    expect((guard.check(testRequest({ body: { a: 'no' } }), {}) as Verdict).kind).toBe('deny')
  })

  test('sees objects through that hold themselves', async () => {
    const node = z.object({
      name: z.string().refine(async (one) => one !== 'bad', 'bad'),
      get inner(): ZodType {
        return z.array(node).optional()
      },
    })
    const guard = validate({ body: node })
    expect(await guard.check(testRequest({ body: { name: 'a', inner: [{ name: 'b' }] } }), {})).toMatchObject({
      kind: 'allow',
    })
    expect(
      issuesOf(await guard.check(testRequest({ body: { name: 'a', inner: [{ name: 'bad' }] } }), {})),
    ).toMatchObject([{ path: 'inner.0.name', message: 'bad' }])
  })

  test('is seen also below a symbol', async () => {
    const below = Symbol('below')
    const guard = validate({ body: z.object({ [below]: z.any().refine(async () => false, 'seen') }) })
    expect(issuesOf(await guard.check(testRequest({ body: {} }), {}))).toHaveLength(1)
  })

  test('fails where it is asynchronous and zod does not wait, and ends no process', async () => {
    const wrong = failing('a') as () => never
    await expectNothingLoose(async () => {
      for (const schema of [
        z.string().overwrite(wrong),
        z.number().catch(wrong),
        z.string().refine(() => true, { when: wrong }),
      ]) {
        const asking = (async () => validate({ body: schema }).check(testRequest({ body: 'x' }), {}))()
        await expect(asking).rejects.toThrow('for which zod does not wait')
      }
    })
  })

  test('may name schemas that are made after the guard', async () => {
    const guard = validate({ body: z.lazy(() => later) })
    const later = z.string()
    expect((await guard.check(testRequest({ body: 'x' }), {})).kind).toBe('allow')
  })

  test('may name ever new schemas, which are not followed for ever', async () => {
    const endless = (): ZodType => z.lazy(() => z.array(endless()))
    expect((await validate({ body: endless() }).check(testRequest({ body: [[], [[]]] }), {})).kind).toBe('allow')
    expect((await validate({ body: endless() }).check(testRequest({ body: [[1]] }), {})).kind).toBe('deny')
  })

  test('keeps a check that is a function, and one of a class of the app’s', async () => {
    const guard = validate({
      body: z.string().check(async (payload) => {
        if (payload.value === 'no') payload.issues.push({ code: 'custom', input: payload.value, message: 'a plain no' })
      }),
    })
    expect(issuesOf(await guard.check(testRequest({ body: 'no' }), {}))).toMatchObject([{ message: 'a plain no' }])
    const own = z.core.$constructor('OwnText', (inst, def: core.$ZodTypeDef) => {
      const base: core.$constructor<core.$ZodType> = z.core.$ZodType
      base.init(inst as never, def)
      ;(inst as unknown as ZodType)._zod.parse = async (payload) => payload
    })
    const schema = new own({ type: 'string' } as never) as unknown as ZodType
    expect((await validate({ body: z.object({ a: schema }) }).check(testRequest({ body: { a: 1 } }), {})).kind).toBe(
      'allow',
    )
  })
})

test('what goes on after an alternative was right fails its own request, and none after it', async () => {
  const slow = mini.pipe(
    mini.transform((text: string) => text),
    mini.custom((text) => text !== 'bad' || boom()),
  )
  const guard = validate({ body: mini.union([slow, mini.any()]) })
  const outcomes: string[] = []
  for (const body of ['bad', 'good', 'bad', 'good']) {
    const asking = (async () => guard.check(testRequest({ body }), {}))()
    outcomes.push(
      await asking.then(
        ({ kind }) => kind,
        ({ message }: Error) => message,
      ),
    )
  }
  expect(outcomes).toEqual(['boom', 'allow', 'boom', 'allow'])
})

function boom(): never {
  throw new Error('boom')
}
