import { runInNewContext } from 'node:vm'

import type { Deny, Verdict } from '@ashlar/core'
import { testRequest } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'
import { z } from 'zod'

import { type InputIssue, validate } from '../src/index.ts'

const issuesOf = (verdict: Verdict) => (verdict as Deny).problem['issues'] as InputIssue[]

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

  test('may come from another realm, whose promises are none of this one', async () => {
    const foreign = {
      _zod: { run: () => runInNewContext(`Promise.resolve({ value: 'theirs', issues: [] })`) as unknown },
    } as unknown as z.ZodType
    expect(await validate({ body: foreign }).check(testRequest({ body: 'x' }), {})).toMatchObject({
      kind: 'allow',
      state: { input: { body: 'theirs' } },
    })
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
