import { describe, expect, test } from '@jest/globals'

import { fixedWindow, slidingWindow, type TokenBucketOptions, tokenBucket, type WindowOptions } from '../src/index.ts'

const invalid = expect.objectContaining({ code: 'ERR_OPTION_INVALID' })

describe('what is no number', () => {
  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e300, '5' as never, null as never])('%p', (value) => {
    expect(() => tokenBucket({ capacity: value, refillPerSecond: 1 })).toThrow(invalid)
    expect(() => tokenBucket({ capacity: 1, refillPerSecond: value })).toThrow(invalid)
    expect(() => fixedWindow({ limit: value, window: '1s' })).toThrow(invalid)
    expect(() => slidingWindow({ limit: value, window: '1s' })).toThrow(invalid)
  })

  test('a fraction is one for the refill only', () => {
    expect(() => tokenBucket({ capacity: 1.5, refillPerSecond: 1 })).toThrow(invalid)
    expect(() => fixedWindow({ limit: 1.5, window: '1s' })).toThrow(invalid)
    expect(tokenBucket({ capacity: 1, refillPerSecond: 0.25 }).windowMs).toBe(4000)
  })
})

describe('windows', () => {
  test.each([
    ['100ms', 100],
    ['1.5m', 90_000],
    ['1d', 86_400_000],
    ['3650d', 315_360_000_000],
  ] as const)('%s', (window, ms) => {
    expect(fixedWindow({ limit: 1, window }).windowMs).toBe(ms)
    expect(slidingWindow({ limit: 1, window }).windowMs).toBe(ms)
  })

  test.each([60_000, 60, 'minute', '99ms', '100.5ms', '3651d', '', '-1s', null, {}])('%p is none', (window) => {
    expect(() => fixedWindow({ limit: 1, window: window as never })).toThrow(invalid)
  })

  test('a bare number is told how to write it', () => {
    expect(() => fixedWindow({ limit: 1, window: 60_000 as never })).toThrow("Write '60000s' or '1m'.")
  })
})

test.each<[() => unknown, string]>([
  [() => tokenBucket({ capacity: 1 } as TokenBucketOptions), 'ERR_OPTION_MISSING'],
  [() => tokenBucket(undefined as never), 'ERR_OPTION_MISSING'],
  [() => fixedWindow({ limit: 1 } as WindowOptions), 'ERR_OPTION_MISSING'],
  [() => fixedWindow({ limit: 1, windowMs: 1000 } as never), 'ERR_OPTION_UNKNOWN'],
  [() => tokenBucket({ capacity: 1, refillPerSecond: 1, name: 'a\r\nb' }), 'ERR_OPTION_INVALID'],
  [() => slidingWindow({ limit: 1, window: '1s', name: '' }), 'ERR_OPTION_INVALID'],
])('%s: %s', (make, code) => {
  expect(make).toThrow(expect.objectContaining({ code }))
})
