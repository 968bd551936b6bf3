import { describe, expect, test } from '@jest/globals'
import { RateLimiterMemory } from 'rate-limiter-flexible'

import { rateLimitsContract } from '../src/contract.ts'
import { fixedWindow, flexibleRateLimits, slidingWindow, tokenBucket } from '../src/index.ts'

rateLimitsContract(
  { describe, test, expect },
  () => ({ store: flexibleRateLimits((settings) => new RateLimiterMemory(settings)) }),
  { kinds: ['fixed-window'] },
)

const day = fixedWindow({ limit: 1, window: '1d' })

test.each([
  ['another policy', [tokenBucket({ capacity: 1, refillPerSecond: 1 })]],
  ['a sliding window', [slidingWindow({ limit: 1, window: '1d' })]],
  ['several policies', [fixedWindow({ limit: 1, window: '1d' }), fixedWindow({ limit: 2, window: '1h' })]],
  ['parts of a second', [fixedWindow({ limit: 1, window: '1500ms' })]],
  ['a window beyond its timers', [fixedWindow({ limit: 1, window: '25d' })]],
])('%s cannot be kept there', (_, policies) => {
  const store = flexibleRateLimits((settings) => new RateLimiterMemory(settings))
  expect(() => store.open({ name: 'x', policies })).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
})

test('an error of its store is passed on', async () => {
  const down = () => Promise.reject(new Error('down'))
  const store = flexibleRateLimits(() => ({ consume: down, penalty: down, reward: down, get: down }))
  const ledger = store.open({ name: 'x', policies: [fixedWindow({ limit: 1, window: '1d' })] })
  await expect(ledger.take('key', 1)).rejects.toThrow('down')
})

test.each<[string, () => unknown]>([
  ['options', () => flexibleRateLimits({} as never)],
  [
    'a function that makes nothing',
    () => flexibleRateLimits((() => ({})) as never).open({ name: 'x', policies: [day] }),
  ],
])('%s in the place of a function that makes a limiter: refused', (_, make) => {
  expect(make).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
})

test('what a limiter refuses from memory has consumed nothing, and gives nothing back', async () => {
  const counts = new RateLimiterMemory({ points: 5, duration: 86_400 })
  const blocking = flexibleRateLimits(() => ({
    consume: () => Promise.reject({ remainingPoints: 0, msBeforeNext: 1000, consumedPoints: 0 }),
    penalty: (key, points) => counts.penalty(key, points),
    reward: (key, points) => counts.reward(key, points),
    get: (key) => counts.get(key),
  }))
  const ledger = blocking.open({ name: 'x', policies: [fixedWindow({ limit: 5, window: '1d' })] })
  await counts.penalty('key', 5)
  for (let call = 0; call < 10; call++) expect((await ledger.take('key', 1)).admitted).toBe(false)
  expect((await counts.get('key'))!.consumedPoints).toBe(5)
})

test('given back by several at once, it is given back once', async () => {
  const store = flexibleRateLimits((settings) => new RateLimiterMemory(settings))
  const ledger = store.open({ name: 'x', policies: [fixedWindow({ limit: 5, window: '1d' })] })
  await ledger.take('key', 1)
  await Promise.all([1, 2, 3, 4].map(() => ledger.adjust('key', -1)))
  expect((await ledger.take('key', 0)).standings[0]!.remaining).toBe(5)
  let admitted = 0
  for (let call = 0; call < 10; call++) if ((await ledger.take('key', 1)).admitted) admitted++
  expect(admitted).toBe(5)
})
