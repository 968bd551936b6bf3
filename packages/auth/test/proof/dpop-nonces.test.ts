import { fakeClock } from '@ashlar/testkit'
import { expect, test } from '@jest/globals'

import { dpopNonces } from '../../src/index.ts'

const clock = fakeClock()
const old = { id: 'old', secret: 'an older secret, also of 32 bytes and more' }
const now = { id: 'now', secret: 'the current secret, of 32 bytes and more' }

test('a nonce is known to every process with the same keys, and to no other', () => {
  const nonce = dpopNonces({ keyRing: [now], clock }).current()
  expect(nonce).toMatch(/^[\x21\x23-\x5b\x5d-\x7e]+$/)
  expect(dpopNonces({ keyRing: [now], clock }).accepts(nonce)).toBe(true)
  expect(dpopNonces({ keyRing: [old], clock }).accepts(nonce)).toBe(false)
  expect(dpopNonces({ keyRing: [{ ...now, id: 'new' }], clock }).accepts(nonce)).toBe(false)
})

test('a key is replaced without a nonce that is refused, and opens nothing once its time is over', () => {
  const nonce = dpopNonces({ keyRing: [old], clock }).current()
  const both = dpopNonces({ keyRing: [now, { ...old, until: clock.now() + 1000 }], clock })
  expect(both.accepts(nonce)).toBe(true)
  expect(both.current()).not.toBe(nonce)
  clock.advance(1000)
  expect(both.accepts(nonce)).toBe(false)
})

test('what is no nonce is accepted by nobody', () => {
  const nonces = dpopNonces({ keyRing: [now], clock })
  const [id, tag] = nonces.current().split('.') as [string, string]
  for (const wrong of [
    '',
    '.',
    id,
    `${id}.`,
    tag,
    `${id}.${tag}A`,
    `${id}.${tag.slice(1)}`,
    `other.${tag}`,
    undefined,
  ]) {
    expect(nonces.accepts(wrong as never)).toBe(false)
  }
})
