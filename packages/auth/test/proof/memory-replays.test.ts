import { fakeClock } from '@ashlar/testkit'
import { expect, test } from '@jest/globals'

import { replayStoreContract } from '../../src/contract.ts'
import { memoryReplays } from '../../src/index.ts'

replayStoreContract({ test, expect }, async () => {
  const store = memoryReplays()
  return { one: store, other: store, close: async () => {} }
})

test('when it is full it refuses rather than forgets, until something has ended', () => {
  const clock = fakeClock()
  const store = memoryReplays({ maxEntries: 2, clock })
  const until = clock.now() + 1000
  expect([store.claim('a', until), store.claim('b', until)]).toEqual([true, true])
  expect(() => store.claim('c', until)).toThrow(expect.objectContaining({ code: 'ERR_DEPENDENCY_UNAVAILABLE' }))
  expect(store.claim('a', until)).toBe(false)
  clock.advance(1000)
  expect(store.claim('c', until + 1000)).toBe(true)
})
