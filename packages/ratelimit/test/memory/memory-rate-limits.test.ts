import { fakeClock } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'

import { rateLimitsContract } from '../../src/contract.ts'
import { fixedWindow, memoryRateLimits, type Policy, slidingWindow, tokenBucket } from '../../src/index.ts'

rateLimitsContract({ describe, test, expect }, () => ({ store: memoryRateLimits() }))

function ledgerOf(maxRemembered: number, ...policies: Policy[]) {
  const clock = fakeClock()
  return { clock, ledger: memoryRateLimits({ maxRemembered, clock }).open({ name: 'test', policies }) }
}

const slow = tokenBucket({ capacity: 10, refillPerSecond: 0.001 })

test('a flood of new keys never makes it forget a key that is in debt', () => {
  const { ledger, clock } = ledgerOf(1000, slow)
  for (let call = 0; call < 10; call++) expect(ledger.take('victim', 1).admitted).toBe(true)
  for (let key = 0; key < 50_000; key++) {
    if (key % 100 === 0) clock.advance(1)
    ledger.take(`flood ${key}`, 1)
    if (key % 1000 === 0) expect(ledger.take('victim', 1).admitted).toBe(false)
  }
  expect(ledger.take('victim', 1).admitted).toBe(false)
  expect(ledger.size).toBeLessThanOrEqual(1000)
})

test('keys for which there is no room share one record, so that none is without a limit', () => {
  const { ledger } = ledgerOf(100, slow)
  for (let key = 0; key < 100; key++) ledger.take(`resident ${key}`, 1)
  let admitted = 0
  for (let key = 0; key < 1000; key++) if (ledger.take(`late ${key}`, 1).admitted) admitted++
  expect(admitted).toBe(10)
})

test('room is found again once residents owe nothing', () => {
  const { ledger, clock } = ledgerOf(100, slow)
  for (let key = 0; key < 200; key++) ledger.take(`resident ${key}`, 1)
  clock.advance(10_000_000)
  for (let key = 0; key < 100; key++) expect(ledger.take(`late ${key}`, 10).admitted).toBe(true)
  expect(ledger.take('late 0', 1).admitted).toBe(false)
})

test.each<[string, Policy, number]>([
  ['token bucket', slow, 40],
  ['fixed window', fixedWindow({ limit: 10, window: '1d' }), 40],
  ['sliding window', slidingWindow({ limit: 10, window: '1d' }), 60],
])('%s: a hundred thousand keys, each in debt, take less than %s bytes each', (_, policy, most) => {
  const { ledger } = ledgerOf(1_000_000, policy)
  const empty = ledger.bytes
  for (let key = 0; key < 100_000; key++) ledger.take(`key ${key}`, 1)
  expect(ledger.size).toBe(100_000)
  expect((ledger.bytes - empty) / 100_000).toBeLessThan(most)
  expect(ledger.bytes / 100_000).toBeLessThan(most + 10)
  for (let key = 0; key < 100_000; key += 97) expect(ledger.take(`key ${key}`, 0).standings[0]!.remaining).toBe(9)
})

test('a million distinct keys are counted each for itself', () => {
  const { ledger } = ledgerOf(1_000_000, fixedWindow({ limit: 2, window: '1d' }))
  let admitted = 0
  for (let key = 0; key < 1_000_000; key++) if (ledger.take(`${key}`, 1).admitted) admitted++
  expect(admitted).toBe(1_000_000)
  expect(ledger.size).toBe(1_000_000)
  for (let key = 0; key < 1_000_000; key += 1009) expect(ledger.take(`${key}`, 2).admitted).toBe(false)
})

describe('adjust', () => {
  test.each<[string, Policy]>([
    ['token bucket', tokenBucket({ capacity: 10, refillPerSecond: 1 })],
    ['fixed window', fixedWindow({ limit: 10, window: '10s' })],
    ['sliding window', slidingWindow({ limit: 10, window: '10s' })],
  ])('%s: gives back what was taken, never more, and charges beyond the limit', (_, policy) => {
    const { ledger, clock } = ledgerOf(100, policy)
    const left = () => ledger.take('key', 0).standings[0]!.remaining
    ledger.take('key', 4)
    ledger.adjust('key', -3)
    expect(left()).toBe(9)
    ledger.adjust('key', -1000)
    expect(left()).toBe(10)
    expect(ledger.take('key', 11).admitted).toBe(false)
    ledger.adjust('key', 15)
    expect(left()).toBe(0)
    clock.advance(4_000)
    expect(left()).toBe(0)
    clock.advance(11_000)
    expect(left()).toBe(10)
  })
})

test('a clock that is set back gives nothing back, and takes nothing away', () => {
  const { ledger, clock } = ledgerOf(100, tokenBucket({ capacity: 5, refillPerSecond: 1 }))
  ledger.take('key', 5)
  clock.advance(-3_600_000)
  expect(ledger.take('key', 1).admitted).toBe(false)
  clock.advance(1000)
  expect(ledger.take('key', 1).admitted).toBe(true)
})

test.each([Number.NaN, -1, 0.5, '1', undefined, null, Number.POSITIVE_INFINITY])('a cost of %p is refused', (cost) => {
  const { ledger } = ledgerOf(100, slow)
  expect(() => ledger.take('key', cost as number)).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
  if (cost !== -1)
    expect(() => ledger.adjust('key', cost as number)).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
  expect(ledger.take('key', 10).admitted).toBe(true)
})

test('a store of a million keys takes nothing before the first comes', () => {
  expect(ledgerOf(1_000_000, slow).ledger.bytes).toBe(0)
})

test.each<[object, string]>([
  [{ maxRemembered: 0 }, 'ERR_OPTION_INVALID'],
  [{ maxRemembered: '5' }, 'ERR_OPTION_INVALID'],
  [{ maxKeys: 5 }, 'ERR_OPTION_UNKNOWN'],
  [{ clock: {} }, 'ERR_OPTION_INVALID'],
])('%p: %s', (options, code) => {
  expect(() => memoryRateLimits(options)).toThrow(expect.objectContaining({ code }))
})

test.each<[string, object]>([
  ['a name', { name: 'a b', policies: [slow] }],
  ['policies', { name: 'x', policies: [{ ...slow, limit: Number.NaN }] }],
  ['policies that are none', { name: 'x', policies: [] }],
])('%s that can’t be kept is refused', (_, definition) => {
  expect(() => memoryRateLimits().open(definition as never)).toThrow(
    expect.objectContaining({ code: 'ERR_OPTION_INVALID' }),
  )
})
