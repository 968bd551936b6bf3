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

test('what has ended makes room; what is in force is never forgotten for something new', async () => {
  const clock = fakeClock()
  const store = memoryRevocations({ clock, maxRemembered: 2 })
  const add = async (id: string, ms: number) => store.add({ kind: 'token', issuer: 'i', id, until: clock.now() + ms })
  await add('a', 1000)
  await add('b', 2000)
  await expect(add('c', 1000)).rejects.toMatchObject({ code: 'ERR_DEPENDENCY_UNAVAILABLE' })
  clock.advance(1000)
  await add('d', 1000)
  expect((await store.since(undefined)).revocations.map(({ id }) => id)).toEqual(['b', 'd'])
})

test('to add one takes no longer when there are many', async () => {
  const clock = fakeClock()
  let looked = 0
  const store = memoryRevocations({ clock })
  const add = async (id: string) =>
    store.add({
      kind: 'token',
      issuer: 'i',
      id,
      until: clock.now() + 60_000,
    })
  const filter = Array.prototype.filter
  Array.prototype.filter = function (this: unknown[], ...values: never) {
    looked += this.length
    return filter.apply(this, values) as never
  }
  try {
    for (let count = 0; count < 10_000; count++) await add(`t${count}`)
  } finally {
    Array.prototype.filter = filter
  }
  expect(looked).toBeLessThan(40_000)
  const { cursor } = await store.since(undefined)
  await add('last')
  expect((await store.since(cursor)).revocations.map(({ id }) => id)).toEqual(['last'])
})
