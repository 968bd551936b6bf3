import { ALLOW, type AnyGuard, allow, deny, problem } from '@ashlar/core'

import {
  type AdapterUnderTest,
  guardThat,
  type Handler,
  type RouteUnderTest,
  type TestRunner,
  withServer,
} from './app.ts'

const HEADERS = {
  'Content-Security-Policy': "default-src 'self'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
}
const protecting: AnyGuard = guardThat(() => allow({}, { headers: HEADERS, append: { Vary: 'Origin' } }), {
  name: 'protecting headers',
  layer: 'headers',
})

const throws: Handler = () => {
  throw new Error('boom')
}

/** What protects the caller's browser is on every answer. */
export function protectingHeaders({ describe, test, expect }: TestRunner, adapter: AdapterUnderTest): void {
  describe('headers', () => {
    const refuse = guardThat(() => deny(problem('not-permitted')))
    const fail = guardThat(() => {
      throw new Error('boom')
    })
    const notFound: Handler = () => {
      throw Object.assign(new Error('no such order'), { status: 404, expose: true })
    }
    const routes: readonly RouteUnderTest[] = [
      { path: '/served' },
      { path: '/refused', guards: [refuse] },
      { path: '/failed', guards: [fail] },
      { path: '/thrown', handler: throws },
      { path: '/rejected', handler: async (call) => throws(call) },
      { path: '/missing', handler: notFound },
    ]
    const statuses = { served: 200, refused: 403, failed: 500, thrown: 500, rejected: 500, missing: 404, unknown: 404 }

    for (const errorBoundary of [true, false]) {
      for (const [path, status] of Object.entries(statuses)) {
        for (const method of ['GET', 'HEAD']) {
          test(`protect on ${method} /${path}${errorBoundary ? '' : ' without an error boundary'}`, async () => {
            const app = { guards: [protecting], routes, errorBoundary }
            await withServer(adapter, app, async ({ call }) => {
              const answer = await call(`/${path}`, { method })
              expect(answer.status).toBe(status)
              for (const [name, value] of Object.entries(HEADERS)) {
                expect([name, answer.headers[name.toLowerCase()]]).toEqual([name, value])
              }
              expect(answer.headers.vary).toBe('Origin')
            })
          })
        }
      }
    }

    test('protect on the refusal of an ambiguous target', async () => {
      await withServer(adapter, { guards: [protecting, guardThat(() => ALLOW)], routes }, async ({ call }) => {
        const answer = await call('//served')
        expect(answer.status).toBe(400)
        expect(answer.headers).toMatchObject({ 'x-frame-options': 'DENY', vary: 'Origin' })
      })
    })

    test('what the app replaces or removes on a success stays so', async () => {
      const handler: Handler = ({ response }) => {
        response.removeHeader('X-Frame-Options')
        response.removeHeader('Content-Security-Policy')
        return { headers: { 'X-Content-Type-Options': 'replaced' }, body: 'an embeddable page' }
      }
      await withServer(adapter, { guards: [protecting], routes: [{ path: '/x', handler }] }, async ({ call }) => {
        const { headers } = await call('/x')
        expect(headers['x-frame-options']).toBeUndefined()
        expect(headers['content-security-policy']).toBeUndefined()
        expect(headers['x-content-type-options']).toBe('replaced')
      })
    })

    test('of a later guard replace those of an earlier one, also when they are set again', async () => {
      const later = guardThat(() => allow({}, { headers: { 'X-Frame-Options': 'SAMEORIGIN' } }))
      const app = { guards: [protecting, later], routes }
      await withServer(adapter, app, async ({ call }) => {
        for (const path of ['/served', '/refused', '/thrown', '/unknown']) {
          expect((await call(path)).headers['x-frame-options']).toBe('SAMEORIGIN')
        }
      })
    })

    test('are appended beside those of the app and of other guards', async () => {
      const cookie = guardThat(() => allow({}, { append: { 'Set-Cookie': ['a=1', 'b=2'], Vary: 'Cookie' } }))
      const another = guardThat(async () => allow({}, { append: { 'Set-Cookie': 'c=3' } }))
      const handler: Handler = ({ response }) => {
        response.appendHeader('Set-Cookie', 'd=4')
        const vary = [response.getHeader('Vary')].flat().join(', ')
        response.setHeader('Vary', `${vary}, Accept-Encoding`)
        return { body: 'served' }
      }
      const app = { guards: [protecting, cookie, another], routes: [{ path: '/x', handler }] }
      await withServer(adapter, app, async ({ call }) => {
        const { headers } = await call('/x')
        expect(headers['set-cookie']).toEqual(['a=1', 'b=2', 'c=3', 'd=4'])
        expect(headers.vary).toBe('Origin, Cookie, Accept-Encoding')
      })
    })

    test('with a value that no header can have are a defect, refused with 500', async () => {
      const forged = guardThat(({ query }) => allow({}, { headers: { 'X-Name': String(query['name']) } }))
      await withServer(adapter, { guards: [forged], routes }, async ({ call, reported }) => {
        const answer = await call('/served?name=x%0d%0aSet-Cookie:%20a=1')
        expect(answer.status).toBe(500)
        expect(answer.headers['set-cookie']).toBeUndefined()
        expect(reported).toMatchObject([{ code: 'ERR_INVALID_CHAR' }])
      })
    })
  })
}
