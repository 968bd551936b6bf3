import { expect, test } from '@jest/globals'

import { keyRingOption, readOptions } from '../../src/options.ts'

test('takes a ring or its entries, and tells of them by their place', () => {
  const read = (keys: unknown) =>
    readOptions<{ keys: unknown }, { keys: typeof keyRingOption }>('some()', { keys }, { keys: keyRingOption }).keys
  const ring = read([{ id: 'a', secret: 'a'.repeat(32) }])
  expect(ring.ids).toEqual(['a'])
  expect(read(ring)).toBe(ring)
  expect(() => read([{ id: 'a', secret: 'short' }])).toThrow(
    expect.objectContaining({ code: 'ERR_OPTION_UNSAFE', where: 'some()', option: 'keys[0].secret' }),
  )
  expect(() => read(undefined)).toThrow(expect.objectContaining({ code: 'ERR_OPTION_MISSING', option: 'keys' }))
})
