import { describe, expect, test } from '@jest/globals'
import { RateLimiterMemory } from 'rate-limiter-flexible'

import { rateLimitsContract } from '../src/contract.ts'
import { fixedWindow, flexibleStore, slidingWindow, tokenBucket } from '../src/index.ts'

rateLimitsContract(
  { describe, test, expect },
  () => ({ store: flexibleStore((settings) => new RateLimiterMemory(settings)) }),
  { kinds: ['fixed-window'] },
)

test.each([
  ['another policy', [tokenBucket({ capacity: 1, refillPerSecond: 1 })]],
  ['a sliding window', [slidingWindow({ limit: 1, window: 'day' })]],
  ['several policies', [fixedWindow({ limit: 1, window: 'day' }), fixedWindow({ limit: 2, window: 'hour' })]],
  ['parts of a second', [fixedWindow({ limit: 1, window: 1500 })]],
  ['a window beyond its timers', [fixedWindow({ limit: 1, window: 25 * 86_400_000 })]],
])('%s cannot be kept there', (_, policies) => {
  const store = flexibleStore((settings) => new RateLimiterMemory(settings))
  expect(() => store.open({ name: 'x', policies })).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
})

test('an error of its store is passed on', async () => {
  const down = () => Promise.reject(new Error('down'))
  const store = flexibleStore(() => ({ consume: down, penalty: down, reward: down, get: down }))
  const ledger = store.open({ name: 'x', policies: [fixedWindow({ limit: 1, window: 'day' })] })
  await expect(ledger.take('key', 1)).rejects.toThrow('down')
  expect(() => flexibleStore({} as never)).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
})
