import { fakeClock } from '@ashlar/testkit'
import { expect, test } from '@jest/globals'

import { revocationStoreContract } from '../../src/contract.ts'
import { memoryRevocations } from '../../src/index.ts'

revocationStoreContract({ test, expect }, async () => {
  const store = memoryRevocations()
  return { one: store, other: store, close: async () => {} }
})

test('forgets what has ended anyway', async () => {
  const clock = fakeClock()
  const store = memoryRevocations({ clock })
  await store.add({ kind: 'token', issuer: 'i', id: 'a', until: clock.now() + 1000 })
  clock.advance(1000)
  expect((await store.since(undefined)).revocations).toEqual([])
})
