import type { AddsOf } from '@ashlar/core'
import { testRequest } from '@ashlar/testkit'
import { expect, test } from '@jest/globals'
import { type } from 'arktype'
import * as v from 'valibot'
import { z } from 'zod'
import { z as z3 } from 'zod-v3'

import { validate } from '../../src/index.ts'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const same = <A, B>(verdict: Same<A, B>) => verdict

const guard = validate({
  body: z.object({ price: z.number(), at: z.coerce.date() }),
  query: z.object({ limit: z.coerce.number().default(1) }),
})

interface Expected {
  readonly body: { price: number; at: Date }
  readonly query: { limit: number }
}

test('the types of what it adds and of what it gives are those that the schemas put out', () => {
  expect(same<AddsOf<typeof guard>['input'], Expected>(true)).toBe(true)
  expect(same<ReturnType<typeof guard.of>, Expected>(true)).toBe(true)
})

test('they are those of any library with Standard Schema', () => {
  const others = validate({
    body: v.object({ price: v.number(), at: v.pipe(v.string(), v.transform(Number)) }),
    query: type({ limit: 'string' }),
    params: z3.object({ id: z3.coerce.number() }),
  })
  interface Others {
    readonly body: { price: number; at: number }
    readonly query: { limit: string }
    readonly params: { id: number }
  }
  expect(same<ReturnType<typeof others.of>, Others>(true)).toBe(true)
})

test('mistakes do not compile', () => {
  // @ts-expect-error a name that is no part
  expect(() => validate({ bodyy: z.any() })).toThrow()
  // @ts-expect-error no schema
  expect(() => validate({ body: 'string' })).toThrow()
  // @ts-expect-error the query was not validated by this one
  expect(() => validate({ body: z.any() }).of(testRequest().raw).query).toThrow()
})
