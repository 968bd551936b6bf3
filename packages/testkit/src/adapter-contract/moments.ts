import { ALLOW, chain, deny, type Guard, problem, type RequestView, when } from '@ashlar/core'

import { type AdapterUnderTest, guardThat, type TestRunner, withServer } from './app.ts'

/** The head, the route and the body: each guard where what it reads is known. */
export function moments({ describe, test, expect }: TestRunner, adapter: AdapterUnderTest): void {
  const late = ['route', 'body'] as const

  describe('moments', () => {
    for (const reads of late) {
      const guard = guardThat(() => ALLOW, { name: 'late', reads })
      const hidden = {
        'in a chain': chain(guard as Guard),
        'in a condition': when(() => true, guard as Guard),
        bare: guard,
      }
      for (const [how, late] of Object.entries(hidden)) {
        test(`a guard that reads the ${reads} is not admitted in front (${how})`, async () => {
          const app = { guards: [late], routes: [{ path: '/x' }] }
          if (adapter.frontDoor) {
            expect(() => adapter.serve(app)).toThrow(expect.objectContaining({ code: 'ERR_GUARD_TOO_EARLY' }))
            return
          }
          await withServer(adapter, app, async ({ call, reported }) => {
            const answer = await call('/x')
            expect(answer.status).toBe(500)
            expect(answer.json().code).toBe('internal-error')
            expect(reported).toMatchObject([{ code: 'ERR_GUARD_TOO_EARLY', message: expect.stringContaining('late') }])
          })
        })
      }
    }

    for (const reads of late) {
      for (const mount of [undefined, '/api']) {
        test(`a guard that reads the ${reads} is found where the router runs it for all routes${mount ? ' at a mount' : ''}`, async () => {
          if (!adapter.routes) return
          const routerGuards = [guardThat(() => ALLOW, { name: 'late', reads })]
          const app = { routerGuards, ...(mount && { mount }), routes: [{ path: '/users/:id' }] }
          await withServer(adapter, app, async ({ call, reported }) => {
            expect((await call(`${mount ?? ''}/users/7`)).status).toBe(500)
            expect(reported).toMatchObject([{ code: 'ERR_GUARD_TOO_EARLY', message: expect.stringContaining('late') }])
          })
        })
      }
    }

    test('a guard that the router runs for all routes knows none of them, and one on the route does', async () => {
      if (!adapter.routes) return
      const seen: unknown[] = []
      const look = guardThat(({ route, params }) => {
        seen.push(route, params && { ...params })
        return ALLOW
      })
      const app = { routerGuards: [look], routes: [{ path: '/users/:id', guards: [look] }, { path: '/users/:name' }] }
      await withServer(adapter, app, async ({ call }) => {
        expect((await call('/users/7')).status).toBe(200)
      })
      expect(seen).toEqual([undefined, undefined, '/users/:id', { id: '7' }])
    })

    test('a guard on a route reads its pattern and parameters', async () => {
      if (!adapter.routes) return
      const seen: Partial<RequestView>[] = []
      const guard = guardThat(
        ({ route, params, path }) => {
          seen.push({ route, params: { ...params }, path })
          return ALLOW
        },
        { reads: 'route' },
      )
      const app = { routes: [{ path: '/users/:id', guards: [guard] }] }
      await withServer(adapter, app, async ({ call }) => {
        expect((await call('/users/7?x=1')).status).toBe(200)
      })
      expect(seen).toEqual([{ route: '/users/:id', params: { id: '7' }, path: '/users/7' }])
    })

    test('a guard behind a body parser reads the body', async () => {
      const guard = guardThat(
        ({ body }) => ((body as { total?: number }).total === 3 ? ALLOW : deny(problem('invalid-input'))),
        { reads: 'body' },
      )
      const app = { bodyParser: true, routes: [{ method: 'POST' as const, path: '/orders', guards: [guard] }] }
      await withServer(adapter, app, async ({ call }) => {
        expect((await call('/orders', { method: 'POST', body: { total: 3 } })).status).toBe(200)
        expect((await call('/orders', { method: 'POST', body: { total: 4 } })).status).toBe(400)
      })
    })

    test('a body that is no JSON is the caller’s error, and says so', async () => {
      const app = { bodyParser: true, errorBoundary: true, routes: [{ method: 'POST' as const, path: '/orders' }] }
      await withServer(adapter, app, async ({ call }) => {
        const headers = { 'content-type': 'application/json' }
        const answer = await call('/orders', { method: 'POST', headers, body: '{"total":' })
        expect(answer.status).toBe(400)
        expect(answer.json()).toMatchObject({ code: 'malformed-body' })
        expect(answer.text).not.toContain('total')
      })
    })
  })
}
