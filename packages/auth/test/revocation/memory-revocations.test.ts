import { fakeClock } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'

import { revocationsContract } from '../../src/contract.ts'
import { memoryRevocations } from '../../src/index.ts'

revocationsContract({ describe, test, expect }, async () => {
  const store = memoryRevocations()
  return { one: store, other: store }
})

test('forgets what has ended anyway', async () => {
  const clock = fakeClock()
  const store = memoryRevocations({ clock })
  await store.add({ kind: 'token', issuer: 'i', id: 'a', until: clock.now() + 1000 })
  clock.advance(1000)
  expect((await store.since(undefined)).revocations).toEqual([])
})
