import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { keyRing, seal } from '../../src/keys.ts'

const A = { id: 'a', secret: 'a'.repeat(32) }
const B = { id: 'b', secret: 'b'.repeat(32) }
const seals = seal(keyRing([A, B]), 'test')

/** With halves of surrogate pairs among them. */
const anyText = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) })

test('opens what it sealed, for the same context only', () => {
  fc.assert(
    fc.property(anyText, anyText, anyText, (text, context, other) => {
      const sealed = seals.seal(text, context)
      expect(sealed).toMatch(/^a\.[A-Za-z0-9_-]+$/)
      expect(seals.open(sealed, context)).toBe(text)
      if (other !== context) expect(seals.open(sealed, other)).toBeUndefined()
    }),
  )
})

test('halves of surrogate pairs stay themselves, in texts and in contexts', () => {
  const sealed = seals.seal('\ud800x', '\ud800')
  expect(seals.open(sealed, '\ud800')).toBe('\ud800x')
  expect(seals.open(sealed, '\udfff')).toBeUndefined()
  expect(seals.open(sealed, '\ufffd')).toBeUndefined()
})

test('any change of any character is found', () => {
  const sealed = seals.seal('a text', 'context')
  for (let index = 0; index < sealed.length; index++) {
    for (const other of ['A', 'B', 'b', '_', '.', '\n', '=', 'é']) {
      if (sealed[index] === other) continue
      expect(seals.open(sealed.slice(0, index) + other + sealed.slice(index + 1), 'context')).toBeUndefined()
    }
    expect(seals.open(sealed.slice(0, index), 'context')).toBeUndefined()
    expect(seals.open(sealed.slice(0, index) + sealed.slice(index + 1), 'context')).toBeUndefined()
  }
  expect(seals.open(`${sealed}A`, 'context')).toBeUndefined()
})

test('any change of any bit is found', () => {
  const bytes = Buffer.from(seals.seal('a text', 'context').slice(2), 'base64url')
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Buffer.from(bytes)
    changed[bit >> 3]! ^= 1 << (bit & 7)
    expect(seals.open(`a.${changed.toString('base64url')}`, 'context')).toBeUndefined()
  }
})

test('what is no seal is undefined, never an error', () => {
  fc.assert(fc.property(anyText, (text) => seals.open(text, '') === undefined))
  for (const value of [
    undefined,
    null,
    7,
    {},
    '',
    '.',
    'a',
    'a.',
    '.a',
    'a.AAAA',
    '__proto__.AAAA',
    'constructor.AAAA',
  ]) {
    expect(seals.open(value as string, '')).toBeUndefined()
  }
})

test('the key is the one that is named, and no other', () => {
  const older = seal(keyRing([B]), 'test').seal('text', '')
  expect(older).toMatch(/^b\./)
  expect(seals.open(older, '')).toBe('text')
  expect(seals.open(older.replace(/^b/, 'a'), '')).toBeUndefined()
  expect(seals.open(older.replace(/^b/, 'c'), '')).toBeUndefined()
  expect(seal(keyRing([A]), 'test').open(older, '')).toBeUndefined()
  // The same secret under another name.
  expect(seal(keyRing([{ ...B, id: 'c' }]), 'test').open(older.replace(/^b/, 'c'), '')).toBeUndefined()
})

test('a seal is for one purpose', () => {
  expect(seal(keyRing([A]), 'other').open(seals.seal('text', ''), '')).toBeUndefined()
})

test('no two seals are alike', () => {
  expect(new Set(Array.from({ length: 1000 }, () => seals.seal('', ''))).size).toBe(1000)
})

test('a purpose and a context are named: all who name none would share one', () => {
  const ring = keyRing([A])
  for (const none of [undefined, null, '', 7, ['test'], 'x'.repeat(201)]) {
    expect(() => seal(ring, none as never)).toThrow(expect.objectContaining({ option: 'purpose' }))
  }
  for (const none of [undefined, null, 7, ['']]) {
    expect(() => seals.seal('text', none as never)).toThrow(expect.objectContaining({ option: 'context' }))
    expect(seals.open(seals.seal('text', String(none)), none as never)).toBeUndefined()
  }
})
