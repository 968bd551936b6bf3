import { fakeClock } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'

import { sessionsContract } from '../../src/contract.ts'
import { memorySessions } from '../../src/index.ts'

sessionsContract({ describe, test, expect }, async () => {
  const store = memorySessions()
  return { one: store, other: store }
})

test('sessions that are over make room for new ones', async () => {
  const clock = fakeClock()
  const store = memorySessions({ clock })
  const record = { id: 'i', subject: 's', roles: [], scopes: [], authenticatedAt: 0, expiresAt: 0, seenAt: 0 }
  for (let count = 0; count < 1024; count++) await store.insert(`old-${count}`, record, clock.now() + 1000)
  clock.advance(1000)
  await store.insert('new', record, clock.now() + 1000)
  clock.set(0)
  expect(await store.find('old-0')).toBeUndefined()
  expect(await store.find('new')).toBeDefined()
})

test('when too many are there, a new one ends the one that would end first', async () => {
  const clock = fakeClock()
  const store = memorySessions({ clock, maxRemembered: 2 })
  const record = { id: 'i', subject: 's', roles: [], scopes: [], authenticatedAt: 0, expiresAt: 0, seenAt: 0 }
  await store.insert('soon', record, clock.now() + 1000)
  await store.insert('later', record, clock.now() + 3000)
  await store.insert('new', record, clock.now() + 2000)
  expect(await Promise.all(['soon', 'later', 'new'].map(async (hash) => Boolean(await store.find(hash))))).toEqual([
    false,
    true,
    true,
  ])
})
