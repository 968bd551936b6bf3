import type { Deny, Verdict } from '@ashlar/core'
import { testRequest } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'
import { type } from 'arktype'
import * as v from 'valibot'
import * as mini from 'zod/mini'

import { type InputIssue, type Schema, validate } from '../src/index.ts'
import { thenable } from './promises.ts'
import { ZODS } from './zods.ts'

const issuesOf = (verdict: Verdict) => (verdict as Deny).problem['issues'] as InputIssue[]
const bodyOf = (verdict: Verdict) => (verdict as { state?: { input?: { body: unknown } } }).state?.input?.body

const ORDERS: readonly (readonly [string, Schema])[] = [
  ...ZODS.map(
    ([name, z]) => [name, z.object({ symbol: z.string(), items: z.array(z.object({ price: z.number() })) })] as const,
  ),
  ['zod/mini', mini.object({ symbol: mini.string(), items: mini.array(mini.object({ price: mini.number() })) })],
  ['valibot', v.object({ symbol: v.string(), items: v.array(v.object({ price: v.number() })) })],
  [
    'valibot, asynchronous',
    v.objectAsync({
      symbol: v.pipeAsync(
        v.string(),
        v.checkAsync(async (text) => text !== 'NO'),
      ),
      items: v.array(v.object({ price: v.number() })),
    }),
  ],
  ['arktype', type({ symbol: 'string', items: type({ price: 'number' }).array() })],
]

describe.each(ORDERS)('a schema of %s', (_, schema) => {
  const guard = validate({ body: schema })

  test('lets pass what matches', async () => {
    const body = { symbol: 'ACME', items: [{ price: 1 }] }
    expect(bodyOf(await guard.check(testRequest({ body }), {}))).toEqual(body)
  })

  test('refuses what does not, by place and code', async () => {
    const issues = issuesOf(await guard.check(testRequest({ body: { items: [{ price: 'planted' }] } }), {}))
    expect(issues.map(({ path }) => path).sort()).toEqual(['items.0.price', 'symbol'])
    for (const { code, message } of issues) {
      expect(code).toMatch(/^\w+$/)
      expect(message).toMatch(/^(Required|Expected \w+|Invalid input)$/)
    }
    expect(JSON.stringify(issues)).not.toContain('planted')
  })

  test('refuses what is no object at all', async () => {
    for (const body of [undefined, null, 'text', 1, []]) {
      expect((await guard.check(testRequest({ body }), {})).kind).toBe('deny')
    }
  })
})

describe('a schema of a library that nobody knows', () => {
  const answering = (validateIt: () => unknown): Schema => ({
    '~standard': { version: 1, vendor: 'unknown', validate: validateIt },
  })
  const ask = (answer: () => unknown) => validate({ body: answering(answer) }).check(testRequest({ body: 1 }), {})

  test('is called once, and its answer may be any thenable', async () => {
    let calls = 0
    expect(bodyOf((await ask(() => thenable({ value: ++calls }))) as Verdict)).toBe(1)
    expect(calls).toBe(1)
  })

  test('answers issues of any form', async () => {
    for (const issues of [[], [{}], [{ message: 'secret', path: [{ key: 'a' }, 'b', 0] }], 'wrong', null]) {
      const [issue] = issuesOf((await ask(() => ({ issues }))) as Verdict)
      expect(issue).toMatchObject({ code: 'invalid', message: 'Invalid input' })
    }
    expect(issuesOf((await ask(() => ({ issues: [{ path: [{ key: 'a' }, 'b', 0] }] }))) as Verdict)).toMatchObject([
      { path: 'a.b.0' },
    ])
  })

  test.each([undefined, null, 1, 'yes', {}, true])('is an error where it answers %p', async (answer) => {
    await expect((async () => ask(() => answer))()).rejects.toThrow('Standard Schema')
    await expect((async () => ask(async () => answer))()).rejects.toThrow('Standard Schema')
  })
})
