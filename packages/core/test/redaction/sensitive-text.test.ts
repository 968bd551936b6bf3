import { describe, expect, test } from '@jest/globals'

import { type FoundSecret, findSecrets, redaction, type SecretKind } from '../../src/redaction.ts'
import { PLANTED } from './planted.ts'

const redact = redaction({ maxText: 1e6 })
// Of JSON, redaction() reads the names, and not the text.
const texts = PLANTED.filter(({ where, value }) => typeof value === 'string' && !where.startsWith('in JSON')) as {
  where: string
  value: string
  secret: string
}[]

describe('findSecrets()', () => {
  test.each<[string, SecretKind, string]>([
    ['-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY----- x', 'private-key', 'MIIE'],
    ['a eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2ln b', 'jwt', 'eyJzdWIi'],
    ['key AKIAABCDEFGHIJKLMNOP', 'issued-key', 'AKIA'],
    ['cookie: a=b; c=d', 'credential-header', 'c=d'],
    ['sent Bearer 4f9c0a7d12', 'credential', '4f9c0a7d12'],
    ['sent Basic QWxhZGRpbg==', 'credential', 'QWxhZGRpbg=='],
    ['https://ada:planted@example.com/', 'url-password', 'planted'],
    ['GET /?access_token=4f9c0a7d', 'assignment', '4f9c0a7d'],
    ['paid with 4111 1111 1111 1111', 'card-number', '1111'],
  ])('%s', (text, kind, part) => {
    const found = findSecrets(text)
    expect(found.map((one) => one.kind)).toEqual([kind])
    expect(slice(text, found[0]!)).toContain(part)
  })

  test('several in one text, in order', () => {
    const text = 'password=planted1 then Bearer abcdef123456 then pin: 1234'
    const found = findSecrets(text)
    expect(found.map((one) => one.kind)).toEqual(['assignment', 'credential', 'assignment'])
    expect(found.every(({ index }, place) => place === 0 || index > found[place - 1]!.index)).toBe(true)
  })

  test.each(['orders:write', 'the author passes the basic test', '4111111111111112', '', 'x'.repeat(100_000)])(
    'nothing in %#',
    (text) => {
      expect(findSecrets(text)).toEqual([])
    },
  )

  test('there are texts to try', () => {
    expect(texts.length).toBeGreaterThan(20)
  })

  test.each(texts)('finds what redaction() removes, and nothing once it is removed: $where', ({ value, secret }) => {
    const found = findSecrets(value)
    expect(found.map((one) => slice(value, one)).join(' ')).toContain(secret)
    expect(findSecrets(String(redact(value)))).toEqual([])
  })

  test('takes time in proportion to the text', () => {
    for (const piece of ['a=', 'eyJ', '://', 'token=', 'password: ', '4111 ', '-----BEGIN ']) {
      findSecrets(piece.repeat(100_000))
    }
  })
})

function slice(text: string, { index, length }: FoundSecret): string {
  return text.slice(index, index + length)
}
