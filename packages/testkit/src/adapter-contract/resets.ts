import { connect } from 'node:net'

import { ALLOW, deny, problem, publishEvent } from '@ashlar/core'

import { recordEvents } from '../recorder.ts'
import {
  type AdapterUnderTest,
  type AppUnderTest,
  deferred,
  guardThat,
  type TestRunner,
  turns,
  withServer,
} from './app.ts'

/** A caller who is gone is known all the same: what identifies a request is read when it begins. */
export function resets({ describe, test, expect }: TestRunner, adapter: AdapterUnderTest): void {
  const MOMENTS = [
    'while a guard in front decides',
    'while a guard on the route decides',
    'while the handler works',
  ] as const
  const refusal = deny(problem('invalid-credentials'), { event: 'authn_login_fail' })

  describe('a connection that is reset', () => {
    for (const moment of MOMENTS) {
      test(`${moment} leaves the caller’s address in every event`, async () => {
        const asked = deferred()
        const answer = deferred()
        let reached = false
        const waits = guardThat(async (request) => {
          asked.resolve()
          await answer.promise
          publishEvent({ name: 'authn_login_success', by: 'test', outcome: 'success', request })
          return refusal
        })
        const open = guardThat(() => ALLOW)
        const handler = async () => {
          reached = true
          if (moment !== MOMENTS[2]) return { body: 'served' }
          asked.resolve()
          await answer.promise
          return { body: 'served' }
        }
        const app: AppUnderTest = {
          guards: [moment === MOMENTS[0] ? waits : open],
          routes: [{ path: '/x', guards: [moment === MOMENTS[1] ? waits : open], handler }],
        }
        const recorder = recordEvents()
        try {
          await withServer(adapter, app, async ({ port, server, reported }) => {
            const closed = deferred()
            server.on('connection', (socket) => socket.on('close', () => closed.resolve()))
            const socket = connect(port, '127.0.0.1', () => socket.write('GET /x HTTP/1.1\r\nHost: x\r\n\r\n'))
            await asked.promise
            socket.resetAndDestroy()
            await closed.promise
            answer.resolve()
            await turns()
            expect(reported).toEqual([])
          })
        } finally {
          recorder.stop()
        }
        expect(reached).toBe(moment === MOMENTS[2])
        const completed = recorder.events.filter(({ name }) => name === 'request_completed')
        expect(completed).toMatchObject([{ outcome: { aborted: true } }])
        expect(recorder.events.map(({ request }) => request?.address)).toEqual(recorder.events.map(() => '127.0.0.1'))
        expect(recorder.verdicts.map(({ request }) => request.address)).toEqual(
          recorder.verdicts.map(() => '127.0.0.1'),
        )
      })
    }
  })
}
