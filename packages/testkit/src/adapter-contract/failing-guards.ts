import { ALLOW, type AnyGuard, UnavailableError } from '@ashlar/core'

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

/** A guard that does not do what it should has refused. */
export function failingGuards({ describe, test, expect }: TestRunner, adapter: AdapterUnderTest): void {
  const failures: Record<string, { check: AnyGuard['check']; status: number; code: string }> = {
    throws: {
      check: () => {
        throw new Error('secret: hunter2')
      },
      status: 500,
      code: 'internal-error',
    },
    rejects: { check: () => Promise.reject(new Error('secret: hunter2')), status: 500, code: 'internal-error' },
    'rejects with nothing': { check: () => Promise.reject(), status: 500, code: 'internal-error' },
    'throws a string': {
      check: () => {
        throw 'secret: hunter2'
      },
      status: 500,
      code: 'internal-error',
    },
    'lacks a dependency': {
      check: async () => {
        throw new UnavailableError('the store at redis://hunter2@store is down')
      },
      status: 503,
      code: 'ERR_DEPENDENCY_UNAVAILABLE',
    },
    hangs: { check: () => new Promise(() => undefined), status: 503, code: 'ERR_GUARD_TIMEOUT' },
    'answers nothing': { check: () => undefined as never, status: 500, code: 'ERR_GUARD_INVALID' },
    'answers true': { check: () => true as never, status: 500, code: 'ERR_GUARD_INVALID' },
    'answers null later': { check: async () => null as never, status: 500, code: 'ERR_GUARD_INVALID' },
    'answers another kind': { check: () => ({ kind: 'maybe' }) as never, status: 500, code: 'ERR_GUARD_INVALID' },
    'denies without a problem': { check: () => ({ kind: 'deny' }) as never, status: 500, code: 'ERR_GUARD_INVALID' },
    'denies with a success': {
      check: () => ({ kind: 'deny', problem: { status: 200 } }) as never,
      status: 500,
      code: 'ERR_GUARD_INVALID',
    },
    'responds without a status': {
      check: () => ({ kind: 'respond' }) as never,
      status: 500,
      code: 'ERR_GUARD_INVALID',
    },
  }

  describe('a guard that', () => {
    for (const [how, { check, status, code }] of Object.entries(failures)) {
      for (const place of ['in front', 'on the route']) {
        test(`${how} ${place} refuses with ${status}, tells the operator and tells the caller nothing`, async () => {
          const guards = [guardThat(check, { name: 'failing' })]
          const app = place === 'in front' ? { guards, routes: [{ path: '/x' }] } : { routes: [{ path: '/x', guards }] }
          const recorder = recordEvents()
          try {
            await withServer(adapter, { ...app, options: { guardTimeout: '50ms' } }, async ({ call, reported }) => {
              const answer = await call('/x')
              expect(answer.status).toBe(status)
              expect(answer.json()).toEqual({
                type: expect.stringContaining('urn:ashlar:problem:'),
                title: expect.any(String),
                status,
                code: status === 503 ? 'dependency-unavailable' : 'internal-error',
                requestId: expect.any(String),
              })
              expect(answer.text).not.toContain('hunter2')
              expect(reported).toHaveLength(1)
            })
            const failed = recorder.verdicts.filter(({ decision }) => decision.guard === 'failing')
            expect(failed.map(({ decision }) => decision)).toMatchObject([{ outcome: 'error', status, code }])
            const told = recorder.events.filter((event) => event.name === 'guard_failed')
            expect(told).toMatchObject([{ decision: { guard: 'failing' } }])
            expect(JSON.stringify(recorder.events)).not.toContain('hunter2')
          } finally {
            recorder.stop()
          }
        })
      }
    }

    for (const [what, late] of [
      ['late', ALLOW],
      ['nonsense late', undefined as never],
    ] as const) {
      test(`answers ${what} has refused already, and the handler does not run`, async () => {
        const answer = deferred()
        let ran = 0
        const handler = () => {
          ran++
          return { body: 'served' }
        }
        const slow = guardThat(async () => {
          await answer.promise
          return late
        })
        const app: AppUnderTest = {
          guards: [slow],
          routes: [{ path: '/x', handler }],
          options: { guardTimeout: '20ms' },
        }
        await withServer(adapter, app, async ({ call }) => {
          expect((await call('/x')).status).toBe(503)
          answer.resolve()
          await turns()
        })
        expect(ran).toBe(0)
      })
    }

    test('answers late gives back what it holds', async () => {
      const answer = deferred()
      const released = deferred()
      const slow = guardThat(async () => {
        await answer.promise
        return { kind: 'allow', afterResponse: () => released.resolve() }
      })
      const app: AppUnderTest = {
        guards: [slow],
        routes: [{ path: '/x' }],
        options: { guardTimeout: '20ms', onError: () => undefined },
      }
      await withServer(adapter, app, async ({ call }) => {
        expect((await call('/x')).status).toBe(503)
        answer.resolve()
        await released.promise
      })
    })

    test('fails is refused even where the operator’s own function fails', async () => {
      const guards = [guardThat(() => Promise.reject(new Error('guard')))]
      const onError = () => {
        throw new Error('operator')
      }
      await withServer(adapter, { guards, routes: [{ path: '/x' }], options: { onError } }, async ({ call }) => {
        expect((await call('/x')).status).toBe(500)
      })
    })
  })
}
