import { connect } from 'node:net'

import { ALLOW, allow, deny, problem } from '@ashlar/core'

import {
  type AdapterUnderTest,
  type AppUnderTest,
  deferred,
  guardThat,
  type TestRunner,
  turns,
  withServer,
} from './app.ts'

const upgrade = (path: string, more = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${more}\r\n`
const REFUSAL = deny(problem('credentials-required'), { headers: { 'WWW-Authenticate': 'Bearer' } })

/** An upgrade does not slip past. */
export function upgrades({ describe, test, expect }: TestRunner, adapter: AdapterUnderTest): void {
  const signedIn = guardThat(({ headers }) => (headers.authorization ? ALLOW : REFUSAL))
  const signedInLater = guardThat(async (request, state) => signedIn.check(request, state))

  describe('upgrades', () => {
    test('are ordinary requests as long as nobody listens for them', async () => {
      await withServer(adapter, { guards: [signedIn], routes: [{ path: '/x' }] }, async ({ raw }) => {
        expect(await raw(upgrade('/x').replace('Connection: Upgrade', 'Connection: Upgrade, close'))).toMatch(
          /^HTTP\/1.1 401 /,
        )
      })
    })

    if (!adapter.frontDoor) return

    for (const guard of [signedIn, signedInLater]) {
      const manner = guard === signedIn ? 'at once' : 'later'
      test(`are like requests that wait for a word to go on: a guard that answers ${manner} comes before it`, async () => {
        const app: AppUnderTest = { guards: [guard], routes: [{ path: '/x', method: 'POST' }] }
        await withServer(adapter, app, async ({ raw }) => {
          const post = 'POST /x HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nConnection: close\r\n'
          expect(await raw(`${post}Content-Length: 0\r\n\r\n`)).toMatch(/^HTTP\/1.1 401 /)
          const admitted = await raw(`${post}Authorization: x\r\nContent-Length: 0\r\n\r\n`)
          expect(admitted).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 /)
        })
      })
    }

    for (const guard of [signedIn, signedInLater]) {
      const manner = guard === signedIn ? 'synchronously' : 'asynchronously'
      test(`are refused ${manner} as the guards say, and the connection is closed`, async () => {
        let upgraded = false
        const app = {
          guards: [guard],
          upgrade: () => {
            upgraded = true
          },
        }
        await withServer(adapter, app, async ({ raw }) => {
          const answer = await raw(upgrade('/socket'))
          expect(answer).toMatch(/^HTTP\/1.1 401 /)
          expect(answer).toMatch(/\r\nwww-authenticate: Bearer\r\n/i)
          expect(answer).toMatch(/\r\ncontent-type: application\/problem\+json\r\n/i)
          expect(await raw(upgrade('//socket', 'Authorization: Bearer a\r\n'))).toMatch(/^HTTP\/1.1 400 /)
        })
        expect(upgraded).toBe(false)
      })

      test(`are admitted ${manner} as the guards say, and end when the connection does`, async () => {
        const ended = deferred<unknown>()
        let count = 0
        const hold = guardThat(() =>
          allow(
            {},
            {
              afterResponse(outcome) {
                count++
                ended.resolve(outcome)
              },
            },
          ),
        )
        const app = {
          guards: [guard, hold],
          upgrade: (_: unknown, socket: { write(text: string): void; end(): void }) => {
            socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello')
            setImmediate(() => {
              expect(count).toBe(0)
              socket.end()
            })
          },
        }
        await withServer(adapter, app, async ({ raw }) => {
          expect(await raw(upgrade('/socket', 'Authorization: Bearer a\r\n'))).toMatch(/^HTTP\/1.1 101 .*hello$/s)
          expect(await ended.promise).toMatchObject({ status: 101, aborted: false, refused: false })
          await turns()
          expect(count).toBe(1)
        })
      })
    }

    test('are refused when the client does not wait for an earlier answer', async () => {
      const answer = deferred()
      let asked = 0
      const slow = guardThat(async () => {
        asked++
        await answer.promise
        return ALLOW
      })
      await withServer(adapter, { guards: [slow], upgrade: () => undefined }, async ({ raw }) => {
        expect(await raw(`GET /slow HTTP/1.1\r\nHost: x\r\n\r\n${upgrade('/socket')}`)).toBe('')
        expect(asked).toBe(1)
        answer.resolve()
        await turns()
      })
    })

    test('may be given up by the client while a guard decides', async () => {
      const asked = deferred()
      const answer = deferred()
      let upgraded = false
      const slow = guardThat(async () => {
        asked.resolve()
        await answer.promise
        return ALLOW
      })
      const app = {
        guards: [slow],
        upgrade: () => {
          upgraded = true
        },
      }
      await withServer(adapter, app, async ({ port, server, reported }) => {
        const closed = deferred()
        server.on('connection', (socket) => socket.on('close', () => closed.resolve()))
        const socket = connect(port, '127.0.0.1', () => socket.write(upgrade('/socket')))
        await asked.promise
        socket.resetAndDestroy()
        await closed.promise
        answer.resolve()
        await turns()
        expect(reported).toEqual([])
      })
      expect(upgraded).toBe(false)
    })
  })
}
