import { createSecretKey, generateKeyPairSync, type KeyObject } from 'node:crypto'

import { describe, expect, test } from '@jest/globals'

import { ALGORITHMS, type Algorithm, misfit, sign, verify } from '../../src/keys.ts'

interface Pair {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const edwards = generateKeyPairSync('ed25519')
const secret = createSecretKey(Buffer.alloc(64, 7))
const shared: Pair = { privateKey: secret, publicKey: secret }

function pairFor(algorithm: Algorithm): Pair {
  const { family, curve } = ALGORITHMS[algorithm]
  if (family === 'HS') return shared
  if (family === 'Ed') return edwards
  return family === 'ES' ? generateKeyPairSync('ec', { namedCurve: curve! }) : rsa
}

const names = Object.keys(ALGORITHMS) as Algorithm[]

describe.each(names)('%s', (algorithm) => {
  const { privateKey, publicKey } = pairFor(algorithm)

  test('verifies what it signed, and no other text, signature or algorithm', () => {
    expect(misfit(algorithm, publicKey)).toBeUndefined()
    const signature = sign(algorithm, privateKey, 'a text é')
    expect(verify(algorithm, publicKey, 'a text é', signature)).toBe(true)
    expect(verify(algorithm, publicKey, 'a text', signature)).toBe(false)
    for (const wrong of [
      Buffer.alloc(0),
      Buffer.alloc(signature.length),
      signature.subarray(1),
      Buffer.concat([signature, Buffer.of(0)]),
    ]) {
      expect(verify(algorithm, publicKey, 'a text é', wrong)).toBe(false)
    }
    for (let index = 0; index < signature.length; index++) {
      const changed = Buffer.from(signature)
      changed[index]! ^= 1
      expect(verify(algorithm, publicKey, 'a text é', changed)).toBe(false)
    }
    const same = (name: Algorithm): boolean => ALGORITHMS[name] === ALGORITHMS[algorithm]
    for (const other of names.filter((name) => !same(name) && misfit(name, publicKey) === undefined)) {
      expect(verify(other, publicKey, 'a text é', signature)).toBe(false)
    }
  })
})

/** About one signature in 256 begins with a zero, which OpenSSL does not miss. RFC 8017 §8.1.2, step 1. */
test.each(['RS256', 'PS256'] as const)('%s has one form of a signature that begins with a zero', (algorithm) => {
  let text = ''
  let signature: Buffer
  do {
    text += '.'
    signature = sign(algorithm, rsa.privateKey, text)
  } while (signature[0] !== 0)
  expect(verify(algorithm, rsa.publicKey, text, signature)).toBe(true)
  expect(verify(algorithm, rsa.publicKey, text, signature.subarray(1))).toBe(false)
  expect(verify(algorithm, rsa.publicKey, text, Buffer.concat([Buffer.of(0), signature]))).toBe(false)
})

/** RFC 7515, appendix A.1. */
test('HS256 is that of the RFC', () => {
  const key = createSecretKey(
    Buffer.from('AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow', 'base64url'),
  )
  const text =
    'eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ'
  expect(sign('HS256', key, text).toString('base64url')).toBe('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')
})
