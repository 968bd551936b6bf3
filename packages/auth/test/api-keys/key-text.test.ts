import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { isKeyText, makeKeyText } from '../../src/api-keys/key-text.ts'

test('a key is a label, 32 random characters and a checksum', () => {
  const keys = Array.from({ length: 100 }, () => makeKeyText('sk_live_'))
  for (const key of keys) {
    expect(key).toMatch(/^sk_live_[0-9A-Za-z]{38}$/)
    expect(isKeyText('sk_live_', key)).toBe(true)
    expect(isKeyText('sk_test_', key)).toBe(false)
  }
  expect(new Set(keys).size).toBe(100)
})

test('one wrong character is always found', () => {
  const key = makeKeyText('sk_live_')
  fc.assert(
    fc.property(fc.nat(key.length - 1), fc.string({ minLength: 0, maxLength: 2 }), (position, other) => {
      const text = key.slice(0, position) + other + key.slice(position + 1)
      expect(isKeyText('sk_live_', text)).toBe(text === key)
    }),
  )
})
