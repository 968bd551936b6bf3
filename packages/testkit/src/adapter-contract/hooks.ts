import { connect } from 'node:net'

import { ALLOW, type AnyGuard, deny, type Outcome, problem } from '@ashlar/core'

import {
  type AdapterUnderTest,
  deferred,
  guardThat,
  type Handler,
  TAKEN_OVER,
  type TestRunner,
  turns,
  withServer,
} from './app.ts'

/** A guard whose hooks count how often they are called. */
function witness(): { guard: AnyGuard; statuses: number[]; outcomes: Outcome[]; ended: Promise<void> } {
  const statuses: number[] = []
  const outcomes: Outcome[] = []
  const end = deferred()
  const guard = guardThat(() => ({
    kind: 'allow',
    beforeHeaders(status) {
      statuses.push(status)
      return { 'X-Status': String(status) }
    },
    afterResponse(outcome) {
      outcomes.push(outcome)
      end.resolve()
    },
  }))
  return { guard, statuses, outcomes, ended: end.promise }
}

const throws: Handler = () => {
  throw new Error('boom')
}

/** Before the headers go out, and after the response: exactly once, whatever happens. */
export function hooks({ describe, test, expect }: TestRunner, adapter: AdapterUnderTest): void {
  describe('hooks', () => {
    const refuse = guardThat(() => deny(problem('not-permitted')))
    const endings = [
      { how: 'a success', routes: [{ path: '/x' }], status: 200, refused: false },
      { how: 'a refusal', routes: [{ path: '/x', guards: [refuse] }], status: 403, refused: true },
      { how: 'an unknown path', routes: [], status: 404, refused: false },
      { how: 'a thrown error', routes: [{ path: '/x', handler: throws }], status: 500, refused: false },
    ] as const
    for (const { how, routes, status, refused } of endings) {
      for (const errorBoundary of [true, false]) {
        test(`run once on ${how}${errorBoundary ? '' : ' without an error boundary'}`, async () => {
          const { guard, statuses, outcomes, ended } = witness()
          await withServer(adapter, { guards: [guard], routes, errorBoundary }, async ({ call }) => {
            const answer = await call('/x')
            expect(answer.status).toBe(status)
            expect(answer.headers['x-status']).toBe(String(status))
            await ended
            await turns()
          })
          expect(statuses).toEqual([status])
          expect(outcomes).toEqual([{ status, refused, aborted: false, durationMs: expect.any(Number) }])
        })
      }
    }

    test('run before a refusal that stands beside them as well', async () => {
      const { guard, statuses } = witness()
      await withServer(adapter, { guards: [guard, refuse], routes: [{ path: '/x' }] }, async ({ call }) => {
        const answer = await call('/x')
        expect([answer.status, answer.headers['x-status']]).toEqual([403, '403'])
      })
      expect(statuses).toEqual([403])
    })

    test('run once when the client goes away in the middle of the response', async () => {
      const { guard, statuses, outcomes, ended } = witness()
      const handler: Handler = ({ response }) => {
        response.writeHead(200)
        response.write('the first half')
        return TAKEN_OVER
      }
      await withServer(adapter, { guards: [guard], routes: [{ path: '/x', handler }] }, async ({ port }) => {
        const socket = connect(port, '127.0.0.1', () => socket.write('GET /x HTTP/1.1\r\nHost: x\r\n\r\n'))
        socket.once('data', () => socket.destroy())
        await ended
        await turns()
      })
      expect(statuses).toEqual([200])
      expect(outcomes).toEqual([{ status: 200, refused: false, aborted: true, durationMs: expect.any(Number) }])
    })

    test('run once, and the handler never, when the client goes away while a guard is still deciding', async () => {
      const { guard, statuses, outcomes, ended } = witness()
      const asked = deferred()
      const answer = deferred()
      const late = witness()
      let aborted = false
      let ran = false
      const slow = guardThat(async (request, state) => {
        request.signal.addEventListener('abort', () => {
          aborted = true
        })
        asked.resolve()
        await answer.promise
        return late.guard.check(request, state)
      })
      const handler: Handler = () => {
        ran = true
        return { body: 'served' }
      }
      const app = { guards: [guard, slow, guardThat(() => ALLOW)], routes: [{ path: '/x', handler }] }
      await withServer(adapter, app, async ({ port, reported }) => {
        const socket = connect(port, '127.0.0.1', () => socket.write('GET /x HTTP/1.1\r\nHost: x\r\n\r\n'))
        await asked.promise
        socket.destroy()
        await ended
        expect(aborted).toBe(true)
        answer.resolve()
        await late.ended
        await turns()
        expect(reported).toEqual([])
      })
      expect(ran).toBe(false)
      expect(statuses).toEqual([])
      expect(outcomes).toMatchObject([{ aborted: true }])
      expect(late.outcomes).toMatchObject([{ aborted: true }])
    })

    test('may fail without anybody but the operator noticing', async () => {
      const fail = async () => {
        throw new Error('hook')
      }
      const end = deferred()
      const guards = [
        guardThat(() => ({
          kind: 'allow',
          beforeHeaders() {
            throw new Error('before')
          },
          afterResponse: fail,
        })),
        guardThat(() => ({
          kind: 'allow',
          afterResponse() {
            throw new Error('after')
          },
        })),
        guardThat(() => ({ kind: 'allow', afterResponse: () => end.resolve() })),
      ]
      await withServer(adapter, { guards, routes: [{ path: '/x' }] }, async ({ call, reported }) => {
        expect((await call('/x')).status).toBe(200)
        await end.promise
        await turns()
        expect(reported.map((error) => (error as Error).message).sort()).toEqual(['after', 'before', 'hook'])
      })
    })
  })
}
