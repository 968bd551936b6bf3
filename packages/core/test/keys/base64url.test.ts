import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { decodeBase64url } from '../../src/keys.ts'

test('reads what was written canonically', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(decodeBase64url(Buffer.from(bytes).toString('base64url'))).toEqual(Buffer.from(bytes))
    }),
  )
})

test('a text that it reads is the only spelling of its bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'AQgwBCDEMIxyz019-_=+/ \n.') }), (text) => {
      const bytes = decodeBase64url(text)
      if (bytes) expect(bytes.toString('base64url')).toBe(text)
    }),
  )
})
