import { fakeClock } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'

import { replaysContract } from '../../src/contract.ts'
import { memoryReplays } from '../../src/stores.ts'

replaysContract({ describe, test, expect }, () => {
  const store = memoryReplays()
  return { one: store, other: store }
})

test('when it is full it refuses rather than forgets, until something has ended', () => {
  const clock = fakeClock()
  const store = memoryReplays({ maxRemembered: 2, clock })
  const until = clock.now() + 1000
  expect([store.claim('a', until), store.claim('b', until + 1)]).toEqual([true, true])
  expect(() => store.claim('c', until)).toThrow(expect.objectContaining({ code: 'ERR_DEPENDENCY_UNAVAILABLE' }))
  expect(store.claim('a', until)).toBe(false)
  clock.advance(1000)
  expect(store.claim('c', until + 1000)).toBe(true)
  expect(store.claim('b', until + 1)).toBe(false)
  expect(() => store.claim('d', until + 1000)).toThrow(expect.objectContaining({ code: 'ERR_DEPENDENCY_UNAVAILABLE' }))
})

test('options that can not work are refused at the start', () => {
  for (const options of [
    { maxRemembered: 'x' },
    { maxRemembered: 0 },
    { maxRemembered: 1e9 },
    { maxEntries: 5 },
    { clock: {} },
    [],
  ]) {
    expect(() => memoryReplays(options as never)).toThrow(expect.objectContaining({ name: 'ConfigurationError' }))
  }
})
