import { ALLOW, type AshlarError, allow, deny, type Principal, principal, problem, slot } from '@ashlar/core'

import { recordEvents } from '../recorder.ts'
import { type AdapterUnderTest, guardThat, type RouteUnderTest, type TestRunner, withServer } from './app.ts'

const PRINCIPAL: Principal = Object.freeze({ kind: 'bearer', subject: 'ada', roles: [], scopes: [], claims: {} })
const SIGN_IN = guardThat(() => allow({ principal: PRINCIPAL }), { name: 'sign in' })
const colour = slot<string>('colour')

/** What guards add, and who reads it. */
export function state({ describe, test, expect }: TestRunner, adapter: AdapterUnderTest): void {
  describe('state', () => {
    test('later guards, guards on the route and the handler read what a guard in front has added', async () => {
      const seen: unknown[] = []
      const reader = guardThat(
        ({ raw }, state) => {
          seen.push((state as { colour?: string }).colour, colour.of(raw))
          return ALLOW
        },
        { needs: ['colour'] },
      )
      const paint = guardThat(async () => allow({ colour: 'blue' }))
      const routes: readonly RouteUnderTest[] = [
        { path: '/x', guards: [reader], handler: ({ source }) => ({ body: colour.of(source) }) },
      ]
      await withServer(adapter, { guards: [paint, reader], routes }, async ({ call }) => {
        expect(await call('/x')).toMatchObject({ status: 200, text: 'blue' })
      })
      expect(seen).toEqual(['blue', 'blue', 'blue', 'blue'])
    })

    test('the principal is where users of the framework look for it', async () => {
      const routes: readonly RouteUnderTest[] = [
        { path: '/x', handler: (call) => ({ body: (call.principal as Principal).subject }) },
      ]
      await withServer(adapter, { guards: [SIGN_IN], routes }, async ({ call }) => {
        expect(await call('/x')).toMatchObject({ status: 200, text: 'ada' })
      })
      const guarded = [{ ...routes[0]!, guards: [SIGN_IN] }]
      await withServer(adapter, { routes: guarded }, async ({ call }) => {
        expect(await call('/x')).toMatchObject({ status: 200, text: 'ada' })
      })
    })

    test('the principal stays, and so does the account of the request, when middleware replaces its list of headers', async () => {
      const filter = guardThat(({ raw }) => {
        raw.rawHeaders = raw.rawHeaders.filter((_, index) => index > 1)
        raw.rawTrailers = []
        return ALLOW
      })
      const needy = guardThat(() => ALLOW, { needs: ['principal'] as never })
      const routes: readonly RouteUnderTest[] = [
        { path: '/x', guards: [needy], handler: ({ source }) => ({ body: principal.of(source).subject }) },
      ]
      const recorder = recordEvents()
      try {
        await withServer(adapter, { guards: [SIGN_IN, filter], routes }, async ({ call }) => {
          expect(await call('/x')).toMatchObject({ status: 200, text: 'ada' })
          expect(await recorder.completed()).toMatchObject({ principal: { subject: 'ada' }, outcome: { status: 200 } })
        })
      } finally {
        recorder.stop()
      }
    })

    test('a slot that no guard has filled throws with a code', async () => {
      let code: string | undefined
      const routes: readonly RouteUnderTest[] = [
        {
          path: '/x',
          handler: ({ source }) => {
            try {
              return { body: principal.of(source).subject }
            } catch (error) {
              code = (error as AshlarError).code
              return { status: 500, body: String(principal.find(source)) }
            }
          },
        },
      ]
      await withServer(adapter, { guards: [guardThat(() => ALLOW)], routes }, async ({ call }) => {
        expect(await call('/x')).toMatchObject({ status: 500, text: 'undefined' })
      })
      expect(code).toBe('ERR_STATE_MISSING')
    })

    test('a guard that needs what nobody added refuses with 500 and tells the operator', async () => {
      const needy = guardThat(() => ALLOW, { needs: ['principal'] as never })
      await withServer(adapter, { guards: [needy], routes: [{ path: '/x' }] }, async ({ call, reported }) => {
        expect((await call('/x')).status).toBe(500)
        expect(reported).toMatchObject([{ code: 'ERR_GUARD_ORDER' }])
      })
    })

    test('nothing of one request is seen by another', async () => {
      const guards = [guardThat(({ headers }) => (headers['x-sign-in'] ? allow({ principal: PRINCIPAL }) : ALLOW))]
      const permit = guardThat(({ raw }) => (principal.find(raw) ? ALLOW : deny(problem('credentials-required'))))
      await withServer(adapter, { guards, routes: [{ path: '/x', guards: [permit] }] }, async ({ call }) => {
        const [signedIn, anonymous] = await Promise.all([call('/x', { headers: { 'X-Sign-In': '1' } }), call('/x')])
        expect([signedIn.status, anonymous.status]).toEqual([200, 401])
      })
    })
  })
}
