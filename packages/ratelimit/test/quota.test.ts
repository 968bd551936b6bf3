import { fakeClock } from '@ashlar/testkit'
import { expect, test } from '@jest/globals'

import { fixedWindow, type QuotaOptions, quota, tokenBucket } from '../src/index.ts'

const policy = fixedWindow({ limit: 10_000, window: '1d' })

test('ten thousand a day, and the next one at midnight', () => {
  const clock = fakeClock(Date.UTC(2026, 0, 1, 18))
  const etsy = quota({ name: 'etsy', policy, clock })
  for (let call = 0; call < 10_000; call++) {
    if (!(etsy.claim() as { granted: boolean }).granted) throw new Error(`call ${call} was not granted`)
  }
  expect(etsy.claim()).toEqual({ granted: false, remaining: 0, retryAfterMs: 6 * 3_600_000 })
  clock.advance(6 * 3_600_000)
  expect(etsy.claim(10)).toEqual({ granted: true, remaining: 9990, retryAfterMs: 0 })
})

test('several policies at once', () => {
  const shopify = quota({
    name: 'shopify',
    policy: [
      tokenBucket({ name: 'burst', capacity: 2, refillPerSecond: 1 }),
      fixedWindow({ name: 'daily', limit: 9, window: '1d' }),
    ],
    clock: fakeClock(),
  })
  expect(shopify.claim(2)).toMatchObject({ granted: true, remaining: 0 })
  expect(shopify.claim()).toMatchObject({ granted: false, retryAfterMs: 1000 })
})

test.each([-1, 0.5, Number.NaN, 1e300, '1', null, () => 1])('a claim of %p is refused', (cost) => {
  expect(() => quota({ name: 'x', policy }).claim(cost as number)).toThrow(
    expect.objectContaining({ code: 'ERR_OPTION_INVALID' }),
  )
})

test.each<[object, string]>([
  [{ policy }, 'ERR_OPTION_MISSING'],
  [{ name: 'x' }, 'ERR_OPTION_MISSING'],
  [{ name: 'a b', policy }, 'ERR_OPTION_INVALID'],
  [{ name: 'x', policy, by: 'address' }, 'ERR_OPTION_UNKNOWN'],
])('%p: %s', (options, code) => {
  expect(() => quota(options as QuotaOptions)).toThrow(expect.objectContaining({ code }))
})
