import { expect, test } from '@jest/globals'

import { peerOf, UNIX_SOCKET } from '../../src/http/peer.ts'

const listening = (address: unknown) => ({ address: () => address }) as never

test.each([
  ['an address', { remoteAddress: '192.0.2.1', localAddress: '192.0.2.2' }, '192.0.2.1'],
  ['a Unix socket by its path', { server: listening('/run/app.sock') }, UNIX_SOCKET],
  ['one that systemd has opened', { server: listening(null) }, UNIX_SOCKET],
  ['a stand-in for a socket', {}, UNIX_SOCKET],
  ['a connection that was reset', { localAddress: '192.0.2.2' }, undefined],
  ['one that was reset, on a system that forgets both ends', { server: listening({ port: 80 }) }, undefined],
  ['one that is closed', { destroyed: true, server: listening('/run/app.sock') }, undefined],
  ['no socket', undefined, undefined],
])('%s', (_, socket, peer) => {
  expect(peerOf(socket)).toBe(peer)
})
