import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'

import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import { clientIsSecure } from '../../src/http/address.ts'
import { UNIX_SOCKET } from '../../src/http/peer.ts'
import {
  canonicalAddress,
  clientAddress,
  compileTrust,
  peerIsTrusted,
  type TrustProxy,
  trustNone,
} from '../../src/http.ts'

function requestFrom(peer: string | undefined, forwarded?: string): IncomingMessage {
  const socket = new Socket()
  Object.defineProperty(socket, 'remoteAddress', { value: peer })
  const request = new IncomingMessage(socket)
  if (forwarded !== undefined) request.headers['x-forwarded-for'] = forwarded
  return request
}

describe('canonicalAddress()', () => {
  for (const [text, address] of [
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.1:8080', '192.0.2.1'],
    ['2001:db8::1', '2001:db8::1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[fe80::1%25eth0]:80', 'fe80::1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:c000:0201', '192.0.2.1'],
    ['[::ffff:192.0.2.1]:80', '192.0.2.1'],
    ['::ffff:0:1', '0.0.0.1'],
    ['::ffff:1:2:3', '::ffff:1:2:3'],
    ['::ffff:1', '::ffff:1'],
    ['::192.0.2.1', '::c000:201'],
    ['::', '::'],
    ['::1', '::1'],
    ['', undefined],
    ['unknown', undefined],
    ['_hidden', undefined],
    ['localhost', undefined],
    ['192.0.2', undefined],
    ['192.0.2.256', undefined],
    ['192.0.2.1.', undefined],
    ['0300.0.2.1', undefined],
    ['0x7f.0.0.1', undefined],
    ['2130706433', undefined],
    ['192.0.2.1 ', undefined],
    ['192.0.2.1, 10.0.0.1', undefined],
    ['192.0.2.1:port', undefined],
    ['[192.0.2.1]', '192.0.2.1'],
    ['2001:db8::1::2', undefined],
    ['[2001:db8::1', undefined],
    ['2001:db8::1]', undefined],
    ['[]:80', undefined],
    ['::1%', '::1'],
    ['１92.0.2.1', undefined],
    ['192.0.2.1\n', undefined],
    ['"192.0.2.1"', undefined],
    ['for=192.0.2.1', undefined],
    [':'.repeat(1000), undefined],
  ] as const) {
    test(`${JSON.stringify(text.slice(0, 40))} is ${address ?? 'no address'}`, () => {
      expect(canonicalAddress(text)).toBe(address)
    })
  }

  test('knows every address in one spelling only', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const address = canonicalAddress(text)
        expect(address).toBeDefined()
        expect(canonicalAddress(address!)).toBe(address)
        expect(canonicalAddress(text.toUpperCase())).toBe(address)
      }),
    )
    fc.assert(
      fc.property(fc.ipV4(), (text) => {
        expect(canonicalAddress(text)).toBe(text)
        expect(canonicalAddress(`::ffff:${text}`)).toBe(text)
      }),
    )
  })

  test('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void canonicalAddress(text)))
  })
})

describe('the client’s address', () => {
  const proxies = compileTrust(['loopback', '10.0.0.0/8', '2001:db8:1::/48', '203.0.113.7'])
  const everyone: TrustProxy = () => true
  const counting =
    (hops: number): TrustProxy =>
    (_, hop) =>
      hop < hops

  for (const [what, peer, forwarded, trust, address] of [
    ['no proxy', '198.51.100.1', undefined, proxies, '198.51.100.1'],
    ['a caller that is no proxy claims another', '198.51.100.1', '192.0.2.9', proxies, '198.51.100.1'],
    ['nobody is trusted', '127.0.0.1', '192.0.2.9', trustNone, '127.0.0.1'],
    ['one proxy', '10.0.0.1', '198.51.100.1', proxies, '198.51.100.1'],
    ['a spoofed entry on the left', '10.0.0.1', '192.0.2.9, 198.51.100.1', proxies, '198.51.100.1'],
    ['a spoofed proxy on the left', '10.0.0.1', '192.0.2.9, 10.0.0.9, 198.51.100.1', proxies, '198.51.100.1'],
    ['two proxies', '10.0.0.1', '198.51.100.1, 10.0.0.2', proxies, '198.51.100.1'],
    ['only proxies', '10.0.0.1', '10.0.0.3, 10.0.0.2', proxies, '10.0.0.3'],
    ['a mapped proxy', '::ffff:10.0.0.1', '198.51.100.1', proxies, '198.51.100.1'],
    ['a mapped client', '10.0.0.1', '::ffff:198.51.100.1', proxies, '198.51.100.1'],
    ['a mapped proxy in hexadecimal', '10.0.0.1', '198.51.100.1, ::ffff:a00:2', proxies, '198.51.100.1'],
    ['an IPv6 proxy and a port', '2001:db8:1::5', '[2001:db8:2::1]:4711', proxies, '2001:db8:2::1'],
    ['a link-local peer with a zone', 'fe80::1%eth0', '198.51.100.1', proxies, 'fe80::1'],
    ['garbage ends the walk', '10.0.0.1', '198.51.100.1, unknown', proxies, '10.0.0.1'],
    ['an empty entry is none', '10.0.0.1', '198.51.100.1, ', proxies, '198.51.100.1'],
    ['empty entries anywhere are none', '10.0.0.1', ',198.51.100.1,, 10.0.0.2,,', proxies, '198.51.100.1'],
    ['empty entries are no hops', '10.0.0.1', '192.0.2.9, 198.51.100.2, ,', counting(1), '198.51.100.2'],
    ['nothing but empty entries', '10.0.0.1', ' , ,', proxies, '10.0.0.1'],
    ['an empty field', '10.0.0.1', '', proxies, '10.0.0.1'],
    ['an entry with markup', '10.0.0.1', '<script>, 10.0.0.2', proxies, '10.0.0.2'],
    ['everyone is trusted', '198.51.100.1', '192.0.2.9, 198.51.100.2', everyone, '192.0.2.9'],
    ['one hop is trusted', '198.51.100.1', '192.0.2.9, 198.51.100.2', counting(1), '198.51.100.2'],
    ['a Unix socket that nobody trusts', UNIX_SOCKET, '192.0.2.9', proxies, undefined],
    ['a Unix socket, and nobody is trusted', UNIX_SOCKET, '192.0.2.9', trustNone, undefined],
    ['a Unix socket that is trusted', UNIX_SOCKET, '192.0.2.9', compileTrust(['unix']), '192.0.2.9'],
    ['a proxy behind it', UNIX_SOCKET, '192.0.2.9, 10.0.0.1', compileTrust(['unix', '10.0.0.1']), '192.0.2.9'],
    ['one behind it that is not', UNIX_SOCKET, '192.0.2.9, 10.0.0.1', compileTrust(['unix']), '10.0.0.1'],
    ['a Unix socket is the first hop', UNIX_SOCKET, '192.0.2.8, 192.0.2.9', counting(1), '192.0.2.9'],
    ['a Unix socket that says nothing', UNIX_SOCKET, undefined, compileTrust(['unix']), undefined],
  ] as const) {
    test(what, () => {
      expect(clientAddress(requestFrom(peer, forwarded), trust, peer)).toBe(address)
    })
  }

  test('is not asked for where it is lost who was connected', () => {
    const request = requestFrom(undefined, '192.0.2.9')
    Object.defineProperty(request.socket, 'localAddress', { value: '10.0.0.9' })
    expect(clientAddress(request, everyone)).toBeUndefined()
    expect(peerIsTrusted(request, everyone)).toBe(false)
  })

  test('is https where a Unix socket that is trusted says so', () => {
    const request = requestFrom(undefined, '192.0.2.9')
    request.headers['x-forwarded-proto'] = 'http, https,'
    expect(clientIsSecure(request, compileTrust(['unix']))).toBe(true)
    expect(clientIsSecure(request, proxies)).toBe(false)
    expect([peerIsTrusted(request, compileTrust(['unix'])), peerIsTrusted(request, proxies)]).toEqual([true, false])
  })

  test('is never one that a caller chose, as long as the proxies tell the truth', () => {
    const spoofed = fc.array(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string({ maxLength: 10 }), fc.constant('10.0.0.1')))
    fc.assert(
      fc.property(spoofed, fc.array(fc.constantFrom('10.0.0.2', '10.9.9.9', '203.0.113.7')), (entries, hops) => {
        const forwarded = [...entries.map((entry) => entry.replaceAll(',', '')), '198.51.100.1', ...hops].join(', ')
        expect(clientAddress(requestFrom('10.0.0.1', forwarded), proxies)).toBe('198.51.100.1')
      }),
    )
  })
})
