import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'

import { expect, test } from '@jest/globals'

import { RequestHead } from '../src/adapter.ts'
import { compileTrust, trustNone } from '../src/http.ts'

interface Seen {
  readonly peer: string
  readonly tls?: boolean
  readonly proto?: string
  readonly forwardedFor?: string
}

function isSecure({ peer, tls = false, proto, forwardedFor }: Seen, proxies: readonly string[]): boolean {
  const socket = new Socket()
  Object.defineProperty(socket, 'remoteAddress', { value: peer })
  Object.defineProperty(socket, 'encrypted', { value: tls })
  const raw = new IncomingMessage(socket)
  if (proto !== undefined) raw.headers['x-forwarded-proto'] = proto
  if (forwardedFor !== undefined) raw.headers['x-forwarded-for'] = forwardedFor
  return new RequestHead(raw, '/', proxies.length === 0 ? trustNone : compileTrust(proxies)).secure
}

const proxies = ['10.0.0.0/8']
const cases: readonly [name: string, seen: Seen, proxies: readonly string[], secure: boolean][] = [
  ['plain HTTP', { peer: '192.0.2.1' }, [], false],
  ['TLS here', { peer: '192.0.2.1', tls: true }, [], true],
  ['nobody is trusted', { peer: '10.0.0.1', proto: 'https' }, [], false],
  ['an untrusted caller says https', { peer: '192.0.2.1', proto: 'https' }, proxies, false],
  ['an untrusted caller over TLS says http', { peer: '192.0.2.1', tls: true, proto: 'http' }, proxies, true],
  ['a trusted proxy says https', { peer: '10.0.0.1', proto: 'https' }, proxies, true],
  ['a trusted proxy says HTTPS', { peer: '10.0.0.1', proto: ' HTTPS ' }, proxies, true],
  ['a trusted proxy says http, over TLS', { peer: '10.0.0.1', tls: true, proto: 'http' }, proxies, false],
  ['a trusted proxy says nothing', { peer: '10.0.0.1' }, proxies, false],
  ['a trusted proxy says nothing, over TLS', { peer: '10.0.0.1', tls: true }, proxies, true],
  ['a trusted proxy says something else', { peer: '10.0.0.1', proto: 'httpsx' }, proxies, false],
  ['a trusted proxy says an empty word', { peer: '10.0.0.1', proto: '' }, proxies, false],
  ['the caller planted https before the proxy added http', { peer: '10.0.0.1', proto: 'https, http' }, proxies, false],
  [
    'an inner proxy added http behind the edge',
    { peer: '10.0.0.2', proto: 'https, http', forwardedFor: '192.0.2.1, 10.0.0.1' },
    proxies,
    true,
  ],
  [
    'the same with a planted word in front',
    { peer: '10.0.0.2', proto: 'https, http, http', forwardedFor: '1.2.3.4, 192.0.2.1, 10.0.0.1' },
    proxies,
    false,
  ],
  [
    'the inner proxy handed the word of the edge on',
    { peer: '10.0.0.2', proto: 'https', forwardedFor: '192.0.2.1, 10.0.0.1' },
    proxies,
    true,
  ],
  ['an IPv4-mapped proxy', { peer: '::ffff:10.0.0.1', proto: 'https' }, proxies, true],
]

test.each(cases)('%s', (_, seen, trusted, secure) => {
  expect(isSecure(seen, trusted)).toBe(secure)
})
