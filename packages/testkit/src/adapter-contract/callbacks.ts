import { connect } from 'node:net'
import type { Duplex } from 'node:stream'

import { ALLOW, onEvent, onVerdict } from '@ashlar/core'

import { type Trouble, type TroubleName, troubles } from '../troubles.ts'
import {
  type AdapterUnderTest,
  type AppUnderTest,
  deferred,
  guardThat,
  type TestRunner,
  turns,
  withServer,
} from './app.ts'
import {
  always,
  answering,
  callbackCases,
  inFront,
  onRoute,
  passing,
  REFUSAL,
  refusing,
  throwing,
} from './callback-cases.ts'

/** What is not ours is contained: whatever it does, the request is answered and the process goes on. */
export function callbacks({ describe, test, expect }: TestRunner, adapter: AdapterUnderTest): void {
  const each = (what: string, body: (how: TroubleName, trouble: Trouble) => Promise<void>): void => {
    for (const how of Object.keys(troubles) as TroubleName[]) {
      test(`${what} that ${how}`, async () => {
        const lost: unknown[] = []
        const note = (error: unknown) => void lost.push(error)
        process.on('unhandledRejection', note)
        try {
          await body(how, troubles[how]())
        } finally {
          process.off('unhandledRejection', note)
        }
        expect(lost).toEqual([])
      })
    }
  }

  describe('foreign functions', () => {
    for (const [what, { app, status, told, watched = always }] of Object.entries(callbackCases)) {
      each(what, async (how, trouble) => {
        await withServer(adapter, app(trouble), async ({ call, reported }) => {
          expect((await call('/x')).status).toBe(status(how))
          await turns()
          if (watched(how)) expect(trouble.watched()).toBeGreaterThan(0)
          const messages = reported.map((error) => (error as Error).message)
          if (told(how)) expect(messages.length).toBeGreaterThan(0)
          else expect(messages).toEqual([])
          if (told(how) && answering(how)) expect(messages).toContain('foreign')
        })
      })
    }

    for (const [what, subscribe, app] of [
      ['a subscriber to verdicts of a success', onVerdict, inFront(passing)],
      ['a subscriber to verdicts of a refusal', onVerdict, onRoute(refusing)],
      ['a subscriber to events of a success', onEvent, inFront(passing)],
      [
        'a subscriber to events of a failure',
        onEvent,
        inFront(
          guardThat(() => {
            throw new Error('guard')
          }),
        ),
      ],
    ] as const) {
      each(what, async (_, trouble) => {
        const stop = subscribe(trouble.call)
        try {
          await withServer(adapter, app, async ({ call }) => {
            expect([200, 403, 500]).toContain((await call('/x')).status)
            await turns()
            expect(trouble.watched()).toBeGreaterThan(0)
          })
        } finally {
          stop()
        }
      })
    }

    if (adapter.followsTrustSetting) {
      for (const [where, arrange] of [
        ['in front', inFront],
        ['on the route', onRoute],
      ] as const) {
        each(
          `a function of the app’s that says whom to trust, read ${where},`,
          async (how, { call: trustFunction, watched }) => {
            const reader = guardThat(({ address }) => (address === '203.0.113.9' ? ALLOW : REFUSAL))
            await withServer(adapter, { ...arrange(reader), trustFunction }, async ({ call, reported }) => {
              const answer = await call('/x', { headers: { 'X-Forwarded-For': '203.0.113.9' } })
              expect(answer.status).toBe(500)
              await turns()
              expect(watched()).toBeGreaterThan(0)
              expect(reported).toMatchObject([throwing(how) ? { message: 'foreign' } : { code: 'ERR_OPTION_INVALID' }])
            })
          },
        )
      }
    }

    if (adapter.frontDoor) {
      each('a listener of upgrades', async (how, { call, watched }) => {
        const called = deferred<Duplex>()
        const upgrade: AppUnderTest['upgrade'] = (_, socket) => {
          called.resolve(socket)
          return call()
        }
        await withServer(adapter, { guards: [passing], upgrade }, async ({ port, reported }) => {
          const client = connect(port, '127.0.0.1', () => {
            client.write('GET /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
          })
          const socket = await called.promise
          await turns()
          expect(watched()).toBeGreaterThan(0)
          expect(socket.destroyed).toBe(answering(how))
          expect(reported.map((error) => (error as Error).message)).toEqual(answering(how) ? ['foreign'] : [])
          socket.destroy()
          client.destroy()
        })
      })
    }
  })
}
