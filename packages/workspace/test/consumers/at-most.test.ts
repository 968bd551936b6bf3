import { setImmediate } from 'node:timers/promises'
import { expect, test } from '@jest/globals'

import { atMost } from '../../src/consumers/at-most.ts'

test('everything is done in its order, so many at a time, whatever fails', async () => {
  let running = 0
  let most = 0
  const begun: number[] = []
  const results = atMost(2, [1, 2, 3, 4, 5], async (item) => {
    begun.push(item)
    most = Math.max(most, ++running)
    await setImmediate()
    running--
    if (item === 2) throw new Error('two')
    return item * 10
  })
  const settled = await Promise.allSettled(results)
  expect(settled.map((one) => (one.status === 'fulfilled' ? one.value : 'failed'))).toEqual([10, 'failed', 30, 40, 50])
  expect(begun).toEqual([1, 2, 3, 4, 5])
  expect(most).toBe(2)
})
