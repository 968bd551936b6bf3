import { testRequest } from '@ashlar/testkit'
import { validate } from '@ashlar/validate'
import { z } from 'zod'

import { interleave } from './interleave.ts'
import type { Bench } from './result.ts'

const schema = z.strictObject({
  symbol: z.string().regex(/^[A-Z]{1,8}$/),
  side: z.enum(['buy', 'sell']),
  quantity: z.int().positive(),
  price: z.number().positive(),
  note: z.string().max(200).optional(),
})
const body = { symbol: 'ACME', side: 'buy', quantity: 10, price: 12.5 }

export const bench: Bench = async () => {
  const guard = validate({ body: schema })
  const post = { method: 'POST', headers: { 'Content-Type': 'application/json', 'Content-Length': '60' } }
  const right = testRequest({ ...post, body })
  const wrong = testRequest({ ...post, body: { ...body, quantity: -1 } })
  const state = {}
  return [
    ...(await interleave('body that matches', {
      bare: () => schema.safeParse(body),
      'ashlar validate': () => guard.check(right, state),
    })),
    ...(await interleave('body that does not match', {
      bare: () => schema.safeParse({ ...body, quantity: -1 }),
      'ashlar validate': () => guard.check(wrong, state),
    })),
  ]
}
