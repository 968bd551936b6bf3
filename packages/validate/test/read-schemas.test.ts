import type { ConfigurationError } from '@ashlar/core'
import { describe, expect, test } from '@jest/globals'
import { type } from 'arktype'
import * as v from 'valibot'
import { z } from 'zod'
import { z as z3 } from 'zod-v3'
import { z as old } from 'zod-v3/v4'

import { validate } from '../src/index.ts'

const errorOf = (build: () => unknown) => {
  try {
    build()
  } catch (error) {
    return error as ConfigurationError
  }
  throw new Error('It was taken.')
}

describe('a schema in place of the parts', () => {
  test.each([
    ['zod', z.object({ a: z.string() })],
    ['zod 3', z3.object({ a: z3.string() })],
    ['valibot', v.object({})],
    ['arktype', type({ a: 'string' })],
  ])('of %s is answered with what to write', (_, schema) => {
    const error = errorOf(() => validate(schema as never))
    expect(error.code).toBe('ERR_OPTION_INVALID')
    expect(error.message).toContain('This is a schema: write validate({ body: schema }).')
  })
})

test.each([
  ['a shape', { symbol: z.string() }, 'Its members are schemas: write { body: z.object({ … }) }.'],
  [
    'JSON Schema',
    { type: 'object' },
    'must be a schema of zod, or of another library with Standard Schema, not an object.',
  ],
  ['a class', class Order {}, 'not a function. Write { body: z.object({ … }) }.'],
  ['a promise', Promise.resolve(z.any()), 'not a promise'],
  ['half a schema', { '~standard': { version: 1 } }, 'must be a schema'],
  ['null', null, 'must be a schema'],
])('%s is no schema', (_, value, message) => {
  const error = errorOf(() => validate({ body: value } as never))
  expect([error.code, error.option]).toEqual(['ERR_OPTION_INVALID', 'body'])
  expect(error.message).toContain(message)
})

test('parts by the names that others have for them', () => {
  expect(errorOf(() => validate({ schema: z.any() } as never)).message).toContain('{ body: schema }')
  expect(errorOf(() => validate({ path: z.any() } as never)).message).toContain('"params"')
  expect(errorOf(() => validate({ cookies: z.any() } as never)).message).toContain('header field "cookie"')
})

test('a zod whose objects take __proto__ for a prototype is refused, by whichever way it came', () => {
  const error = errorOf(() => validate({ body: old.looseObject({}) }))
  expect([error.code, error.option]).toEqual(['ERR_OPTION_UNSAFE', 'body'])
  expect(error.message).toContain('Use zod 4.5 or newer')
})

test('options that can’t be read are refused by name', () => {
  const thrower = () => {
    throw new Error('no')
  }
  for (const options of [
    new Proxy({}, { get: thrower, ownKeys: thrower }),
    Object.defineProperty({}, 'body', { get: thrower, enumerable: true }),
  ]) {
    expect(errorOf(() => validate(options as never)).code).toBe('ERR_OPTION_INVALID')
  }
})
