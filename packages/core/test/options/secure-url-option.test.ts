import { expect, test } from '@jest/globals'

import { readOptions, secureUrlOption } from '../../src/options.ts'

test('reads a safe URL, and tells of another by its place', () => {
  const read = (url: unknown) =>
    readOptions<{ url: unknown }, { url: typeof secureUrlOption }>('some()', { url }, { url: secureUrlOption }).url
  expect(read('https://issuer.example').href).toBe('https://issuer.example/')
  expect(() => read('http://issuer.example')).toThrow(
    expect.objectContaining({ code: 'ERR_OPTION_UNSAFE', where: 'some()', option: 'url' }),
  )
})
