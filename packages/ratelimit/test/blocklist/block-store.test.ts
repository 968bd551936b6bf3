import { fakeClock } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'

import { blocksContract } from '../../src/contract.ts'
import { memoryBlocks } from '../../src/index.ts'

blocksContract({ describe, test, expect }, () => {
  const store = memoryBlocks()
  return { one: store, other: store }
})

describe('memoryBlocks', () => {
  test('those that have ended make room, and more than it remembers fail', () => {
    const clock = fakeClock()
    const store = memoryBlocks({ maxRemembered: 2, clock })
    void store.put({ target: 'address 192.0.2.1', until: clock.now() + 1000 })
    void store.put({ target: 'address 192.0.2.2', until: undefined })
    const third = { target: 'address 192.0.2.3', until: undefined }
    expect(() => store.put(third)).toThrow(expect.objectContaining({ code: 'ERR_DEPENDENCY_UNAVAILABLE' }))
    clock.advance(1000)
    void store.put(third)
    expect(store.load()).toEqual([{ target: 'address 192.0.2.2', until: undefined }, third])
  })

  test.each<[object, string]>([
    [{ maxRemembered: 0 }, 'ERR_OPTION_INVALID'],
    [{ max: 5 }, 'ERR_OPTION_UNKNOWN'],
    [{ clock: {} }, 'ERR_OPTION_INVALID'],
  ])('%p: %s', (options, code) => {
    expect(() => memoryBlocks(options)).toThrow(expect.objectContaining({ code }))
  })
})
