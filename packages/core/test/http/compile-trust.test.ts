import { expect, test } from '@jest/globals'

import { compileTrust } from '../../src/http.ts'

test('trusts what is listed', () => {
  const trust = compileTrust(['linklocal', 'uniquelocal', '192.0.2.1', '::ffff:192.0.2.3', '2001:db8::/32'])
  const addresses = ['169.254.1.1', 'fe80::1', '192.168.1.1', 'fd00::1', '192.0.2.1', '192.0.2.3', '2001:db8::9']
  expect(addresses.filter((address) => !trust(address, 0))).toEqual([])
  expect(['::1', '192.0.2.2'].filter((address) => trust(address, 0))).toEqual([])
  expect(compileTrust([])('127.0.0.1', 0)).toBe(false)
})

test('trusts a Unix socket where that is named', () => {
  expect(compileTrust(['unix'])(undefined, 0)).toBe(true)
  expect(compileTrust(['loopback'])(undefined, 0)).toBe(false)
  expect(compileTrust(['unix'])('127.0.0.1', 0)).toBe(false)
  expect(() => compileTrust(['unix', 'all'])).toThrow(
    expect.objectContaining({ message: expect.stringContaining('"trustedProxies[1]"') }),
  )
})

test.each(['0.0.0.0/0', '10.0.0.0/0', '::/0', '::ffff:0:0/96'])('%s would trust everyone', (network) => {
  expect(() => compileTrust(['loopback', network])).toThrow(expect.objectContaining({ code: 'ERR_OPTION_UNSAFE' }))
})

test.each([[['all']], ['loopback'], [null], [[true]]])('refuses %p', (proxies) => {
  expect(() => compileTrust(proxies as never)).toThrow(
    expect.objectContaining({ code: 'ERR_OPTION_INVALID', message: expect.stringContaining('"trustedProxies') }),
  )
})
