import type { Principal } from '@ashlar/core'
import { testRequest } from '@ashlar/testkit'
import { expect, test } from '@jest/globals'

import {
  type BlockTarget,
  fixedWindow,
  type RateLimitOptions,
  type RateLimitStore,
  rateLimit,
  tieredRateLimit,
} from '../src/index.ts'

const policy = fixedWindow({ limit: 1, window: '1d' })
const ada = { kind: 'bearer', subject: 'ada', issuer: 'https://i' } as Principal

function counting() {
  const struck: unknown[] = []
  return { struck, blocklist: { strike: (target: BlockTarget | undefined) => void struck.push(target) } }
}

test.each<[RateLimitOptions['by'], unknown]>([
  ['address', '192.0.2.1'],
  [() => 'all', '192.0.2.1'],
  ['principal', ada],
  ['api-key', ada],
])('a refusal by %s counts against whom it was counted under', async (by, whom) => {
  const { struck, blocklist } = counting()
  const guard = rateLimit({ policy, by: by!, blocklist })
  for (let call = 0; call < 3; call++)
    await guard.check(testRequest({ address: '192.0.2.1' }), { principal: ada } as never)
  expect(struck).toEqual([whom, whom])
})

test('of a tier, against the principal where there is one', async () => {
  const { struck, blocklist } = counting()
  const guard = tieredRateLimit({ tiers: { anonymous: policy, authenticated: policy }, blocklist })
  const request = testRequest({ address: '192.0.2.1' })
  for (const state of [{}, {}, { principal: ada }, { principal: ada }]) await guard.check(request, state as never)
  expect(struck).toEqual(['192.0.2.1', ada])
})

test('a store that is lost counts against nobody', async () => {
  const { struck, blocklist } = counting()
  const store: RateLimitStore = {
    shared: true,
    open: () => ({ take: () => Promise.reject(new Error('down')), adjust: () => undefined }),
  }
  const guard = rateLimit({ policy, store, onStoreLoss: 'closed', blocklist, onError() {} })
  for (let call = 0; call < 3; call++) expect(await guard.check(testRequest(), {})).toMatchObject({ kind: 'deny' })
  expect(struck).toEqual([])
})

test('a blocklist that fails leaves the refusal as it is, and is told of', async () => {
  const errors: unknown[] = []
  const blocklist = {
    strike() {
      throw new Error('defect')
    },
  }
  const guard = rateLimit({ policy, blocklist, onError: (error) => errors.push(error) })
  await guard.check(testRequest(), {})
  expect(await guard.check(testRequest(), {})).toMatchObject({ kind: 'deny', problem: { status: 429 } })
  expect(errors).toEqual([expect.objectContaining({ message: 'defect' })])
})
