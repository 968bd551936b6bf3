import type { Principal } from '@ashlar/core'
import { expect, test } from '@jest/globals'

import { targetOf } from '../../src/blocklist/block.ts'

test.each([
  ['192.0.2.1', 'address 192.0.2.1'],
  ['::ffff:192.0.2.1', 'address 192.0.2.1'],
  ['192.0.2.77/24', 'network 192.0.2.0/24'],
  ['2001:DB8::1', 'address 2001:db8::1'],
  ['2001:db8::/32', 'network 2001:db8:/32'],
])('%s is %s', (written, target) => {
  expect(targetOf(written, 'block()')).toBe(target)
})

test('two principals that differ are two targets', () => {
  const principals = [
    { subject: 'ada' },
    { subject: 'ada', issuer: 'https://i' },
    { subject: 'https://i\nada' },
    { subject: 'iada', issuer: 'https://' },
  ]
  expect(new Set(principals.map((principal) => targetOf(principal, 'block()'))).size).toBe(principals.length)
})

test('a principal is the target that its issuer and subject are', () => {
  const ada = { kind: 'bearer', subject: 'ada', issuer: 'https://i', roles: [], scopes: [], claims: {} } as Principal
  expect(targetOf(ada, 'block()')).toBe(targetOf({ subject: 'ada', issuer: 'https://i' }, 'block()'))
})

test.each<[unknown, string]>([
  ['', 'ERR_OPTION_INVALID'],
  ['example.org', 'ERR_OPTION_INVALID'],
  ['192.0.2.1/33', 'ERR_OPTION_INVALID'],
  ['192.0.2.1/-1', 'ERR_OPTION_INVALID'],
  ['192.0.2.1/8/8', 'ERR_OPTION_INVALID'],
  ['2001:db8::/129', 'ERR_OPTION_INVALID'],
  ['::ffff:1.2.3.4/8', 'ERR_OPTION_INVALID'],
  ['x/8', 'ERR_OPTION_INVALID'],
  ['loopback', 'ERR_OPTION_INVALID'],
  [undefined, 'ERR_OPTION_INVALID'],
  [null, 'ERR_OPTION_INVALID'],
  [7, 'ERR_OPTION_INVALID'],
  [{}, 'ERR_OPTION_MISSING'],
  [{ subject: '' }, 'ERR_OPTION_INVALID'],
  [{ subject: 7 }, 'ERR_OPTION_INVALID'],
  [{ subject: 'ada', issuer: 7 }, 'ERR_OPTION_INVALID'],
  [{ subject: 'ada', isuer: 'https://i' }, 'ERR_OPTION_UNKNOWN'],
  ['0.0.0.0/0', 'ERR_OPTION_UNSAFE'],
  ['::/0', 'ERR_OPTION_UNSAFE'],
  ['::ffff:1.2.3.4/96', 'ERR_OPTION_UNSAFE'],
])('%p: %s', (target, code) => {
  expect(() => targetOf(target as string, 'block()')).toThrow(expect.objectContaining({ code }))
})
