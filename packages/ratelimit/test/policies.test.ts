import { OptionPlace } from '@ashlar/core/options'
import { expect, test } from '@jest/globals'

import { fixedWindow, tokenBucket } from '../src/index.ts'
import { policies } from '../src/policies.ts'

const read = (value: unknown) => policies(value, new OptionPlace('rateLimit()', 'policy'))
const bucket = tokenBucket({ capacity: 10, refillPerSecond: 1 })

test.each<[string, unknown, string]>([
  ['nothing', undefined, 'ERR_OPTION_MISSING'],
  ['null', null, 'ERR_OPTION_INVALID'],
  ['an empty list', [], 'ERR_OPTION_INVALID'],
  ['options in the place of a policy', { capacity: 1, refillPerSecond: 1 }, 'ERR_OPTION_INVALID'],
  ['a kind and nothing else', { kind: 'token-bucket' }, 'ERR_OPTION_MISSING'],
  ['a kind that there is not', { ...bucket, kind: 'leaky-bucket' }, 'ERR_OPTION_INVALID'],
  ['numbers as text', { ...bucket, limit: '10' }, 'ERR_OPTION_INVALID'],
  ['a refill that is no number', { ...bucket, refillPerSecond: Number.NaN }, 'ERR_OPTION_INVALID'],
  ['a window of nothing', { kind: 'fixed-window', limit: 5, windowMs: 0 }, 'ERR_OPTION_INVALID'],
  ['a bucket by its window only', { kind: 'token-bucket', limit: 5, windowMs: 1000 }, 'ERR_OPTION_MISSING'],
  ['a name that would end a header field', { ...bucket, name: 'x\r\ny' }, 'ERR_OPTION_INVALID'],
  ['more than there is', { ...bucket, burst: 5 }, 'ERR_OPTION_UNKNOWN'],
  ['two of one name', [bucket, bucket], 'ERR_OPTION_INVALID'],
  ['one with a name and one without', [bucket, { ...bucket, name: 'a' }], 'ERR_OPTION_INVALID'],
  ['a hole in a list', [bucket, undefined], 'ERR_OPTION_INVALID'],
])('%s is refused', (_, value, code) => {
  expect(() => read(value)).toThrow(expect.objectContaining({ code }))
})

test('a policy is read as it was made, also from JSON', () => {
  const daily = fixedWindow({ limit: 5, window: '1d', name: 'daily' })
  expect(read(bucket)).toEqual([bucket])
  expect(read(JSON.parse(JSON.stringify([daily])))).toEqual([daily])
})

test('what a changed copy says twice follows from what was changed', () => {
  expect(read({ ...bucket, limit: 20 })[0]).toEqual(tokenBucket({ capacity: 20, refillPerSecond: 1 }))
})
