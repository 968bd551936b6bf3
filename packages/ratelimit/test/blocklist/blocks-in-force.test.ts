import { fakeClock } from '@ashlar/testkit'
import { expect, test } from '@jest/globals'

import { BlocksInForce } from '../../src/blocklist/blocks-in-force.ts'

function blocks() {
  const clock = fakeClock()
  return { clock, inForce: new BlocksInForce(clock) }
}

test('those that have ended make room', () => {
  const { clock, inForce } = blocks()
  for (let index = 0; index < 100_000; index++) {
    inForce.add({ target: `address ${index}`, until: clock.now() + 1000 })
    clock.advance(1)
  }
  expect(inForce.entries()).toHaveLength(999)
  expect(inForce.size).toBeLessThan(3000)
})

test('networks that were lifted or have ended are looked for no more', () => {
  const { clock, inForce } = blocks()
  inForce.add({ target: 'network 192.0.2.0/24', until: undefined })
  inForce.add({ target: 'network 198.51.100.0/24', until: clock.now() + 1000 })
  inForce.add({ target: 'network 198.51.100.0/24', until: clock.now() + 2000 })
  expect([inForce.holdsAddress('192.0.2.7'), inForce.holdsAddress('198.51.100.7')]).toEqual([true, true])
  inForce.remove('network 192.0.2.0/24')
  expect([inForce.holdsAddress('192.0.2.7'), inForce.holdsAddress('198.51.100.7')]).toEqual([false, true])
  clock.advance(2000)
  expect(inForce.holdsAddress('198.51.100.7')).toBe(false)
  inForce.replace([{ target: 'network 192.0.2.0/25', until: undefined }])
  expect([inForce.holdsAddress('192.0.2.7'), inForce.holdsAddress('192.0.2.200')]).toEqual([true, false])
})

test('a block takes no longer the more there are', () => {
  const { inForce } = blocks()
  const before = process.cpuUsage().user
  for (let index = 0; index < 50_000; index++)
    inForce.add({ target: `network 2001:db8:${index}:/56`, until: undefined })
  // Seconds of the processor, and not many times that as when each looked at all others.
  expect((process.cpuUsage().user - before) / 1e6).toBeLessThan(2)
  expect(inForce.size).toBe(50_000)
})
