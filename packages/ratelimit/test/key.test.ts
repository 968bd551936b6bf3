import type { Principal } from '@ashlar/core'
import { testRequest } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'

import { addressKey } from '../src/index.ts'
import { keyReader } from '../src/key.ts'

describe('addressKey', () => {
  test.each([
    [undefined, 56, 'unknown'],
    ['192.0.2.1', 56, '192.0.2.1'],
    ['2001:db8::1', 56, '2001:db8:0:0:/56'],
    ['2001:db8::1', 64, '2001:db8:0:0:/64'],
  ])('%s at %s bits is %s', (address, prefix, key) => {
    expect(addressKey(address, prefix)).toBe(key)
  })

  test.each([
    ['', 56],
    [7, 56],
    ['::1', 31],
    ['::1', 129],
    ['::1', Number.NaN],
    ['::1', '56'],
  ])('%p at %p bits is refused', (address, prefix) => {
    expect(() => addressKey(address as string, prefix as number)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION_INVALID' }),
    )
  })
})

describe('different principals have different keys', () => {
  const keyOf = (by: 'principal' | 'api-key', principal: object) =>
    keyReader(by, 56)(testRequest(), { principal: principal as Principal })

  test('whatever is in subject and issuer', () => {
    const joined = { kind: 'bearer', subject: 'https://i\nada' }
    expect(keyOf('principal', { kind: 'bearer', subject: 'ada', issuer: 'https://i' })).not.toBe(
      keyOf('principal', joined),
    )
  })

  test.each(['key\nk1', 'key k1', 'k1'])('an API key is no principal called %j', (subject) => {
    const apiKey = keyOf('api-key', { kind: 'api-key', subject: 'shop', keyId: 'k1' })
    expect(keyOf('api-key', { kind: 'bearer', subject })).not.toBe(apiKey)
    expect(keyOf('api-key', { kind: 'bearer', subject, issuer: 'key' })).not.toBe(apiKey)
  })
})

describe('a function’s key', () => {
  const keyOf = (answer: unknown) => keyReader(() => answer as string, 56)(testRequest(), {})

  test('two lists that differ are two keys, and no text is one of them', () => {
    const answers = [['a', 'b'], ['a b'], ['a,b'], ['a', ''], ['', 'a'], '["a","b"]', 'a', 'b', ['["a"', '"b"]'], ['[']]
    expect(new Set(answers.map(keyOf)).size).toBe(answers.length)
  })

  test('a list of one is that text', () => {
    expect(keyOf(['a'])).toBe(keyOf('a'))
    expect(keyOf(['[a'])).toBe(keyOf('[a'))
  })

  test.each([
    undefined,
    null,
    '',
    7,
    {},
    [],
    [''],
    ['', ''],
    ['a', 1],
    ['a', undefined],
    [['a']],
    Promise.resolve('late'),
  ])('%p is none', (answer) => {
    expect(() => keyOf(answer)).toThrow(expect.objectContaining({ code: 'ERR_RATE_LIMIT_KEY' }))
  })
})
