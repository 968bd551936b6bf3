import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { keyRing, mac } from '../../src/keys.ts'

const A = { id: 'a', secret: 'a'.repeat(32) }
const B = { id: 'b', secret: 'b'.repeat(32) }
const macs = mac(keyRing([A, B]), 'test')

const anyText = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) })

test('knows what it signed, and nothing else', () => {
  fc.assert(
    fc.property(anyText, anyText, (text, other) => {
      const signature = macs.sign(text)
      expect(signature).toMatch(/^a\.[A-Za-z0-9_-]{43}$/)
      expect(macs.verify(text, signature)).toBe(true)
      if (other !== text) expect(macs.verify(other, signature)).toBe(false)
    }),
  )
})

test('halves of surrogate pairs do not sign alike', () => {
  const signature = macs.sign('\ud800')
  expect([
    macs.verify('\ud800', signature),
    macs.verify('\ud801', signature),
    macs.verify('\ufffd', signature),
  ]).toEqual([true, false, false])
})

test('any change of any bit or length is found', () => {
  const signature = macs.sign('text')
  const bytes = Buffer.from(signature.slice(2), 'base64url')
  for (let bit = 0; bit < 256; bit++) {
    const changed = Buffer.from(bytes)
    changed[bit >> 3]! ^= 1 << (bit & 7)
    expect(macs.verify('text', `a.${changed.toString('base64url')}`)).toBe(false)
  }
  for (let length = 0; length < signature.length; length++) {
    expect(macs.verify('text', signature.slice(0, length))).toBe(false)
  }
  for (const more of ['A', '=', '\n', '.']) expect(macs.verify('text', signature + more)).toBe(false)
})

test('the key is the one that is named, and for one purpose', () => {
  const older = mac(keyRing([B]), 'test').sign('text')
  expect(macs.verify('text', older)).toBe(true)
  expect(macs.verify('text', older.replace(/^b/, 'a'))).toBe(false)
  expect(macs.verify('text', older.replace(/^b/, 'c'))).toBe(false)
  expect(mac(keyRing([A, B]), 'other').verify('text', older)).toBe(false)
})

test('what is no signature is false, never an error', () => {
  fc.assert(fc.property(anyText, anyText, (text, signature) => macs.verify(text, signature) === false))
  for (const value of [undefined, null, 7, {}, '', '.', 'a.', '__proto__.AAAA']) {
    expect(macs.verify('text', value as string)).toBe(false)
  }
})

test('a purpose is named, and what is no text was never signed', () => {
  for (const none of [undefined, null, '', 7, ['test'], 'x'.repeat(201)]) {
    expect(() => mac(keyRing([A]), none as never)).toThrow(expect.objectContaining({ option: 'purpose' }))
  }
  for (const text of [undefined, null, 7, Buffer.from('text', 'utf16le')]) {
    expect(macs.verify(text as never, macs.sign('text'))).toBe(false)
  }
})
