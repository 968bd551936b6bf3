import { createPublicKey, createSecretKey, generateKeyPairSync } from 'node:crypto'

import { describe, expect, test } from '@jest/globals'

import { type Algorithm, checkAlgorithms, misfit } from '../../src/keys.ts'

describe('checkAlgorithms()', () => {
  test.each<[unknown, string]>([
    [undefined, 'ERR_OPTION_MISSING'],
    [[], 'ERR_OPTION_MISSING'],
    ['RS256', 'ERR_OPTION_MISSING'],
    [['none'], 'ERR_OPTION_UNSAFE'],
    [['RS256', 'NONE'], 'ERR_OPTION_UNSAFE'],
    [['rs256'], 'ERR_OPTION_INVALID'],
    [['constructor'], 'ERR_OPTION_INVALID'],
    [[undefined], 'ERR_OPTION_INVALID'],
    [['HS256', 'RS256'], 'ERR_OPTION_UNSAFE'],
  ])('refuses %j', (algorithms, code) => {
    expect(() => checkAlgorithms('some()', algorithms as never)).toThrow(expect.objectContaining({ code }))
  })

  test('takes those of one kind', () => {
    expect([...checkAlgorithms('some()', ['RS256', 'ES256', 'EdDSA'])]).toEqual(['RS256', 'ES256', 'EdDSA'])
    expect([...checkAlgorithms('some()', ['HS256', 'HS512'])]).toEqual(['HS256', 'HS512'])
  })
})

describe('misfit()', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const weak = createPublicKey(
    `-----BEGIN PUBLIC KEY-----\n${generateKeyPairSync('rsa', { modulusLength: 1024 })
      .publicKey.export({ type: 'spki', format: 'der' })
      .toString('base64')}\n-----END PUBLIC KEY-----`,
  )
  const p256 = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey
  const edwards = generateKeyPairSync('ed25519').publicKey
  const secret = createSecretKey(Buffer.alloc(32, 1))

  test.each([
    ['RS256', rsa.publicKey],
    ['PS512', rsa.publicKey],
    ['ES256', p256],
    ['Ed25519', edwards],
    ['HS256', secret],
  ] as const)('%s takes its key', (algorithm, key) => {
    expect(misfit(algorithm, key)).toBeUndefined()
  })

  test.each([
    ['RS256', rsa.privateKey, 'public key'],
    ['RS256', weak, '2048 bits'],
    ['RS256', p256, 'RSA'],
    ['ES384', p256, 'secp384r1'],
    ['ES256', rsa.publicKey, 'prime256v1'],
    ['EdDSA', p256, 'Ed25519'],
    ['HS256', rsa.publicKey, 'shared secret'],
    ['HS512', secret, '64 bytes'],
    ['RS256', secret, 'public key'],
  ] as const)('%s does not take another: %#', (algorithm, key, why) => {
    expect(misfit(algorithm as Algorithm, key)).toContain(why)
  })
})
