import { createSecretKey } from 'node:crypto'

import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { openAt, openBytes, sealAt, sealBytes } from '../../src/keys.ts'

const KEY = createSecretKey(Buffer.alloc(32, 7))
const OTHER = createSecretKey(Buffer.alloc(32, 8))

test('opens what it sealed, with the key and for what it is bound to', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), fc.uint8Array(), (plain, bound, other) => {
      const sealed = sealBytes(KEY, plain, bound)
      expect(sealed.length).toBe(plain.length + 28)
      expect(openBytes(KEY, sealed, bound)).toEqual(Buffer.from(plain))
      expect(openBytes(OTHER, sealed, bound)).toBeUndefined()
      if (!Buffer.from(other).equals(Buffer.from(bound))) expect(openBytes(KEY, sealed, other)).toBeUndefined()
    }),
  )
})

test('any change of any bit is found, and any other length', () => {
  const sealed = sealBytes(KEY, Buffer.from('text'))
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const changed = Buffer.from(sealed)
    changed[bit >> 3]! ^= 1 << (bit & 7)
    expect(openBytes(KEY, changed)).toBeUndefined()
  }
  for (let length = 0; length < sealed.length; length++) {
    expect(openBytes(KEY, sealed.subarray(0, length))).toBeUndefined()
    expect(openBytes(KEY, sealed.subarray(length + 1))).toBeUndefined()
  }
})

/** Test case 16 of McGrew and Viega, "The Galois/Counter Mode of Operation (GCM)". */
test('is AES-256-GCM', () => {
  const key = createSecretKey(Buffer.from('feffe9928665731c6d6a8f9467308308'.repeat(2), 'hex'))
  const nonce = Buffer.from('cafebabefacedbaddecaf888', 'hex')
  const plain = Buffer.from(
    'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
    'hex',
  )
  const bound = Buffer.from('feedfacedeadbeeffeedfacedeadbeefabaddad2', 'hex')
  const sealed = sealAt(key, nonce, plain, bound)
  expect(sealed.toString('hex')).toBe(
    '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662' +
      '76fc6ece0f4e1768cddf8853bb2d551b',
  )
  expect(openAt(key, nonce, sealed, bound)).toEqual(plain)
})
