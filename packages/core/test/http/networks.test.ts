import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import { networks, networksOf } from '../../src/http.ts'

describe('networksOf()', () => {
  test.each<[unknown, readonly string[] | undefined]>([
    ['203.0.113.7', ['203.0.113.7']],
    ['10.0.0.0/8', ['10.0.0.0/8']],
    ['0.0.0.0/0', ['0.0.0.0/0']],
    ['2001:DB8:0::/32', ['2001:db8::/32']],
    ['::ffff:203.0.113.7', ['203.0.113.7']],
    ['::FFFF:cb00:7107', ['203.0.113.7']],
    ['0:0:0:0:0:ffff:203.0.113.7', ['203.0.113.7']],
    ['::ffff:10.0.0.0/104', ['10.0.0.0/8']],
    ['::ffff:0:0/96', ['0.0.0.0/0']],
    ['loopback', ['127.0.0.0/8', '::1/128']],
    ['linklocal', ['169.254.0.0/16', 'fe80::/10']],
    ['::ffff:10.0.0.0/8', undefined],
    ['10.0.0.0/33', undefined],
    ['::/129', undefined],
    ['10.0.0.0/', undefined],
    ['10.0.0.0/08', undefined],
    ['10.0.0.0/8/8', undefined],
    ['10.0.0.0/-1', undefined],
    ['10.0.0.0/8 ', undefined],
    [' 10.0.0.0/8', undefined],
    ['10.0.0.0/1e1', undefined],
    ['10.0.0/8', undefined],
    ['010.0.0.1', undefined],
    ['fe80::1%eth0', undefined],
    ['[::1]', undefined],
    ['127.0.0.1:80', undefined],
    ['all', undefined],
    ['', undefined],
    ['constructor', undefined],
    [undefined, undefined],
    [null, undefined],
    [10, undefined],
    [['10.0.0.0/8'], undefined],
  ])('%j', (text, expected) => {
    expect(networksOf(text)).toEqual(expected)
  })

  test('what it has read is read the same again', () => {
    const address = fc.oneof(fc.ipV4(), fc.ipV6())
    fc.assert(
      fc.property(address, fc.option(fc.nat(130)), (text, bits) => {
        const known = networksOf(bits === null ? text : `${text}/${bits}`)
        if (known) expect(known.flatMap((network) => networksOf(network))).toEqual(known)
      }),
    )
  })
})

describe('networks()', () => {
  const isListed = networks(['10.0.0.0/8', '::ffff:203.0.113.7', '2001:db8::/32', 'uniquelocal'])

  test.each([
    ['10.255.0.1', true],
    ['11.0.0.1', false],
    ['203.0.113.7', true],
    ['::ffff:203.0.113.7', true],
    ['::ffff:cb00:7107', true],
    ['0:0:0:0:0:FFFF:203.0.113.7', true],
    ['203.0.113.8', false],
    ['2001:db8:ffff::1', true],
    ['2001:DB8:0::1', true],
    ['2001:db9::1', false],
    ['192.168.7.7', true],
    ['fd00::1', true],
    ['fd00::1%eth0', true],
    ['', false],
    ['unknown', false],
    ['10.0.0', false],
  ])('%s: %s', (address, expected) => {
    expect(isListed(address)).toBe(expected)
  })

  test('an IPv4 address is in no IPv6 network, and no IPv6 address in an IPv4 network', () => {
    const [six, four] = [networks(['::/0']), networks(['0.0.0.0/0'])]
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect([six(address), six(`::ffff:${address}`), four(address), four(`::ffff:${address}`)]).toEqual([
          false,
          false,
          true,
          true,
        ])
      }),
    )
    expect([six('2001:db8::1'), four('2001:db8::1'), four('::1')]).toEqual([true, false, false])
  })

  test('the empty list holds nobody', () => {
    expect(networks([])('127.0.0.1')).toBe(false)
  })

  test('never throws, whatever it is asked', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => typeof isListed(text) === 'boolean'))
    fc.assert(fc.property(fc.ipV6(), fc.string(), (address, more) => typeof isListed(address + more) === 'boolean'))
  })

  test.each([[['10.0.0/8']], [['10.0.0.0/8', 7n]], [[undefined]], [new Array(1)], ['10.0.0.0/8'], [null], [{}]])(
    'refuses %p',
    (list) => {
      expect(() => networks(list as never, { where: 'some()', option: 'from' })).toThrow(
        expect.objectContaining({
          name: 'ConfigurationError',
          code: 'ERR_OPTION_INVALID',
          message: expect.stringMatching(/^some\(\): "from/),
        }),
      )
    },
  )
})

test('a name that the caller looks at itself is no network, and none without the caller', () => {
  expect(networks(['unix', '192.0.2.0/24'], { besides: 'unix' })('192.0.2.1')).toBe(true)
  expect(() => networks(['unix'])).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
})
