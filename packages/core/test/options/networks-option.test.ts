import { expect, test } from '@jest/globals'

import { networksOption, readOptions } from '../../src/options.ts'

test('reads networks, and tells of a wrong one by its place', () => {
  const read = (from: unknown) =>
    readOptions<{ from: unknown }, { from: typeof networksOption }>('some()', { from }, { from: networksOption }).from
  expect(read(['loopback'])('127.0.0.1')).toBe(true)
  expect(() => read(['loopback', '10.0.0/8'])).toThrow(
    expect.objectContaining({ code: 'ERR_OPTION_INVALID', where: 'some()', option: 'from[1]' }),
  )
  expect(() => read(undefined)).toThrow(expect.objectContaining({ code: 'ERR_OPTION_MISSING', option: 'from' }))
})
