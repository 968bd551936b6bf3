import { describe, expect, test } from '@jest/globals'

import { ipv6Groups, networkKey } from '../src/network-key.ts'

describe('networkKey', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:c000:0201', '192.0.2.1'],
    ['0000::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8::1', '2001:db8:0:0:/56'],
    ['2001:DB8:0:00ff:1:2:3:4', '2001:db8:0:0:/56'],
    ['2001:db8:0:1ff::', '2001:db8:0:100:/56'],
    ['fe80::1%eth0', 'fe80:0:0:0:/56'],
    ['::1', '0:0:0:0:/56'],
    ['no:address', 'no:address'],
  ])('%s counts as %s', (address, key) => {
    expect(networkKey(address, 56)).toBe(key)
  })

  test('every prefix keeps so many bits', () => {
    expect(networkKey('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 32)).toBe('ffff:ffff:/32')
    expect(networkKey('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 33)).toBe('ffff:ffff:8000:/33')
    expect(networkKey('2001:db8::1', 128)).toBe('2001:db8:0:0:0:0:0:1:/128')
  })
})

test.each([
  '',
  ':',
  ':::',
  '1::2::3',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '12345::',
  'g::',
  '::1.2.3',
  '::1.2.3.256',
  '1.2.3.4::',
  '::01.2.3.4',
])('%p is no IPv6 address', (text) => {
  expect(ipv6Groups(text)).toBeUndefined()
})
