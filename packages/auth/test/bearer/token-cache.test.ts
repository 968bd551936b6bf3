import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { TokenCache } from '../../src/bearer/token-cache.ts'

const credential = (number: number, prefix = '') => `${prefix}${String(number).padStart(16, '0')}`

test('finds the identical text only, not one that ends alike', () => {
  const cache = new TokenCache<{ credential: string }>(10, 1000)
  const entry = { credential: credential(1, 'a') }
  cache.set(entry)
  expect(cache.get(credential(1, 'a'))).toBe(entry)
  expect(cache.get(credential(1, 'b'))).toBeUndefined()
  expect(cache.get(credential(2, 'a'))).toBeUndefined()
})

test('what is used stays, what is not goes', () => {
  const cache = new TokenCache<{ credential: string }>(10, 10_000)
  for (let number = 0; number < 100; number++) {
    cache.set({ credential: credential(number) })
    if (number >= 3) expect(cache.get(credential(3))).toBeDefined()
  }
  expect(cache.get(credential(4))).toBeUndefined()
})

test('a deleted entry is gone from either generation', () => {
  const cache = new TokenCache<{ credential: string }>(4, 10_000)
  const entries = [1, 2, 3].map((number) => ({ credential: credential(number) }))
  for (const entry of entries) cache.set(entry)
  for (const entry of entries) {
    cache.delete(entry)
    expect(cache.get(entry.credential)).toBeUndefined()
  }
})

test('stays within both bounds, whatever is remembered and asked for', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(200), fc.nat(50), fc.boolean()), { maxLength: 400 }),
      fc.integer({ min: 2, max: 40 }),
      fc.integer({ min: 400, max: 2000 }),
      (steps, maxEntries, maxCharacters) => {
        const cache = new TokenCache<{ credential: string }>(maxEntries, maxCharacters)
        const live = new Map<string, { credential: string }>()
        for (const [number, length, write] of steps) {
          const text = credential(number, 'p'.repeat(length))
          if (write) {
            const entry = { credential: text }
            live.set(text, entry)
            cache.set(entry)
          } else expect([undefined, live.get(text)]).toContain(cache.get(text))
          expect(cache.size).toBeLessThanOrEqual(maxEntries)
          const held = [...live.values()].filter((entry) => cache.holds(entry))
          expect(held.reduce((sum, entry) => sum + entry.credential.length, 0)).toBeLessThanOrEqual(maxCharacters)
        }
      },
    ),
  )
})
