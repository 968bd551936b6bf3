import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { allow } from '@ashlar/core'

import { testServer } from '../test-server.ts'
import { type AdapterUnderTest, type AppUnderTest, guardThat, type TestRunner } from './app.ts'

/** A plain proxy that speaks to the app by a Unix socket, and says for whom. */
function proxyTo(socketPath: string): Server {
  return createServer((incoming, outgoing) => {
    const { url, headers, socket } = incoming
    const before = headers['x-forwarded-for']
    const sent = {
      ...headers,
      'x-forwarded-proto': 'https',
      'x-forwarded-for': `${before ? `${before}, ` : ''}${socket.remoteAddress}`,
    }
    request({ socketPath, path: url, headers: sent }, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers)
      answer.pipe(outgoing)
    }).end()
  })
}

/** Who is calling behind a Unix socket, whose other end has no address. */
export function unixSockets({ describe, test, expect }: TestRunner, adapter: AdapterUnderTest): void {
  const tell = guardThat(({ address, secure }) =>
    allow({}, { headers: { 'X-Address': String(address), 'X-Secure': String(secure) } }),
  )

  /** What an app behind a proxy, which speaks to it by a Unix socket, says of a caller. */
  const seen = async (
    app: AppUnderTest,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<IncomingHttpHeaders> => {
    const folder = await mkdtemp(join(tmpdir(), 'ashlar-unix-'))
    const socketPath = join(folder, 'app.sock')
    const server = adapter.serve({ guards: [tell], routes: [{ path: '/x' }], ...app })
    await new Promise<void>((resolve) => server.listen(socketPath, resolve))
    const proxy = await testServer(proxyTo(socketPath))
    try {
      const answer = await proxy.call('/x', { headers })
      expect(answer.status).toBe(200)
      return answer.headers
    } finally {
      await proxy.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await rm(folder, { recursive: true, force: true })
    }
  }

  describe('behind a Unix socket', () => {
    test('a caller has no address as long as the proxy is not trusted, whatever it says', async () => {
      for (const options of [{}, { trustedProxies: ['loopback', 'uniquelocal'] }]) {
        expect(await seen({ options })).toMatchObject({ 'x-address': 'undefined', 'x-secure': 'false' })
      }
    })

    test('a caller is known by what the proxy says, and by nothing that it says itself', async () => {
      const options = { trustedProxies: ['unix'] }
      expect(await seen({ options })).toMatchObject({ 'x-address': '127.0.0.1', 'x-secure': 'true' })
      const claimed = { 'X-Forwarded-For': '203.0.113.9', 'X-Forwarded-Proto': 'http' }
      expect(await seen({ options }, claimed)).toMatchObject({ 'x-address': '127.0.0.1', 'x-secure': 'true' })
    })

    test('a caller is found by the framework’s own setting where that can be believed', async () => {
      const address = adapter.followsTrustSetting ? '127.0.0.1' : 'undefined'
      expect((await seen({ trustSetting: 1 }, { 'X-Forwarded-For': '203.0.113.9' }))['x-address']).toBe(address)
    })
  })
}
