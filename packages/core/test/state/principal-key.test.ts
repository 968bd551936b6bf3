import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import { principalKey } from '../../src/index.ts'

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('\ud800', '\udc00', '\0', '\n', ':', '1', '"', ',', '[', ']', '\\', 'a', '\ufffd'),
  }),
)
const identity = fc.record({ subject: text, issuer: fc.option(text, { nil: undefined }) })

describe('principalKey()', () => {
  test('gives two that differ two keys, as a store keeps them', () => {
    const stored = (key: string) => Buffer.from(key).toString()
    fc.assert(
      fc.property(identity, identity, (one, other) => {
        const same = one.subject === other.subject && one.issuer === other.issuer
        expect(stored(principalKey(one)) === stored(principalKey(other))).toBe(same)
      }),
      { numRuns: 2000 },
    )
  })

  test('can be read back, so that no two are alike', () => {
    fc.assert(
      fc.property(identity, ({ subject, issuer }) => {
        const key = Buffer.from(principalKey({ subject, issuer })).toString()
        expect(readBack(key)).toEqual([subject, issuer])
      }),
      { numRuns: 2000 },
    )
  })

  test('holds nothing that PostgreSQL refuses', () => {
    fc.assert(fc.property(identity, (one) => expect(principalKey(one)).not.toContain('\0')))
  })

  test('tells apart what a join would not', () => {
    const pairs = [
      { issuer: 'a', subject: 'b\nc' },
      { issuer: 'a\nb', subject: 'c' },
      { issuer: 'a', subject: 'bc' },
      { issuer: 'ab', subject: 'c' },
      { issuer: '', subject: 'abc' },
      { issuer: undefined, subject: 'abc' },
      { issuer: undefined, subject: ':abc' },
      { issuer: undefined, subject: '1:abc' },
      { issuer: 'null', subject: 'é' },
      { issuer: undefined, subject: 'é' },
      { issuer: undefined, subject: '\ud800' },
      { issuer: undefined, subject: '\ufffd' },
    ]
    expect(new Set(pairs.map(principalKey)).size).toBe(pairs.length)
  })
})

function readBack(key: string): [string, string | undefined] {
  if (key.startsWith('[')) {
    const [subject, issuer] = JSON.parse(key) as [string, string | null]
    return [subject, issuer ?? undefined]
  }
  const at = key.indexOf(':')
  if (at === 0) return [key.slice(1), undefined]
  const end = at + 1 + Number(key.slice(0, at))
  return [key.slice(end), key.slice(at + 1, end)]
}

test('whoever has no subject is nobody, and not the same as another who has none', () => {
  for (const identity of [
    {},
    { subject: undefined },
    { subject: 7 },
    { subject: null },
    { subject: 'ada', issuer: {} },
  ]) {
    expect(() => principalKey(identity as never)).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
  }
})
