import { expect, test } from '@jest/globals'

import { parseUrl } from '../../src/http.ts'

test.each(['', 'no url', '//host/path', 'https://', 'https://a b/', 1, null, undefined, {}])(
  '%p is no address',
  (text) => {
    expect(parseUrl(text)).toBeUndefined()
  },
)

test('an address beside a base, and one beyond ASCII, however often it is asked', () => {
  expect(parseUrl('/path', 'https://app.example')?.href).toBe('https://app.example/path')
  const origins = new Set(Array.from({ length: 20_000 }, () => parseUrl('https://münchen.example/ü')?.origin))
  expect([...origins]).toEqual(['https://xn--mnchen-3ya.example'])
})
