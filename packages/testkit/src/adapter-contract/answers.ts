import { ALLOW, allow, deny, problem, respond } from '@ashlar/core'

import { recordEvents } from '../recorder.ts'
import { type AdapterUnderTest, guardThat, type TestRunner, withServer } from './app.ts'

const REFUSE = guardThat(() =>
  deny(problem('invalid-credentials', { detail: 'The token has expired.' }), {
    headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' },
  }),
)

/** Allow, deny and respond. */
export function answers({ describe, test, expect }: TestRunner, adapter: AdapterUnderTest): void {
  describe('answers', () => {
    test('a request that every guard allows is served, synchronously and asynchronously', async () => {
      const guards = [guardThat(() => ALLOW), guardThat(async () => ALLOW), guardThat(() => allow({ colour: 'blue' }))]
      await withServer(adapter, { guards, routes: [{ path: '/x', guards }] }, async ({ call }) => {
        expect(await call('/x')).toMatchObject({ status: 200, text: 'served' })
      })
    })

    for (const [manner, guard] of [
      ['synchronous', REFUSE],
      ['asynchronous', guardThat(async (request, state) => REFUSE.check(request, state))],
    ] as const) {
      for (const place of ['in front', 'on the route']) {
        test(`a refusal ${place}, ${manner}, is a problem that no cache keeps, and the handler never runs`, async () => {
          let ran = false
          const handler = () => {
            ran = true
            return { body: 'served' }
          }
          const app =
            place === 'in front'
              ? { guards: [guard], routes: [{ path: '/x', handler }] }
              : { routes: [{ path: '/x', guards: [guard], handler }] }
          await withServer(adapter, app, async ({ call }) => {
            const answer = await call('/x', { headers: { 'X-Request-ID': 'caller-0001' } })
            expect(answer.status).toBe(401)
            expect(answer.headers['content-type']).toMatch(/^application\/problem\+json\b/)
            expect(answer.headers['cache-control']).toBe('no-store')
            expect(answer.headers['www-authenticate']).toBe('Bearer error="invalid_token"')
            expect(answer.headers['content-length']).toBe(String(Buffer.byteLength(answer.text)))
            expect(answer.json()).toEqual({
              type: 'urn:ashlar:problem:invalid-credentials',
              title: 'The credentials are not valid',
              status: 401,
              detail: 'The token has expired.',
              code: 'invalid-credentials',
              requestId: 'caller-0001',
            })
            const head = await call('/x', { method: 'HEAD', headers: { 'X-Request-ID': 'caller-0001' } })
            expect(head).toMatchObject({ status: 401, text: '' })
            for (const name of ['content-type', 'content-length', 'cache-control', 'www-authenticate']) {
              expect(head.headers[name]).toBe(answer.headers[name])
            }
          })
          expect(ran).toBe(false)
        })
      }
    }

    test('a complete answer that is no refusal', async () => {
      const text = guardThat(() => respond(203, { body: 'text', headers: { 'Content-Type': 'text/plain' } }))
      const bytes = guardThat(() => respond(200, { body: new Uint8Array([104, 105]) }))
      const redirect = guardThat(() => respond(303, { headers: { Location: '/login' } }))
      const routes = [
        { path: '/text', guards: [text] },
        { path: '/bytes', guards: [bytes] },
        { path: '/redirect', guards: [redirect] },
        { path: '/nothing', guards: [guardThat(() => respond(204))] },
        { path: '/empty', guards: [guardThat(() => respond(200))] },
        ...[204, 205, 304].map((status) => ({
          path: `/${status}`,
          guards: [guardThat(() => respond(status, { body: 'in vain' }))],
        })),
      ]
      await withServer(adapter, { routes }, async ({ call }) => {
        const answer = await call('/text')
        expect(answer).toMatchObject({ status: 203, text: 'text' })
        expect(answer.headers['content-type']).toMatch(/^text\/plain/)
        expect(await call('/bytes')).toMatchObject({ status: 200, text: 'hi' })
        expect(await call('/redirect')).toMatchObject({ status: 303, headers: { location: '/login' }, text: '' })
        expect(await call('/nothing')).toMatchObject({ status: 204, text: '' })
        expect(await call('/empty')).toMatchObject({ status: 200, text: '' })
        for (const status of [204, 205, 304]) {
          const bodiless = await call(`/${status}`)
          expect(bodiless).toMatchObject({ status, text: '' })
          expect(bodiless.headers['content-length'] ?? '0').toBe('0')
        }
      })
    })

    test('what is refused at one guard has not reached the next', async () => {
      const recorder = recordEvents()
      const guards = [
        guardThat(() => ALLOW, { name: 'first' }),
        guardThat(async () => ALLOW, { name: 'second' }),
        guardThat(() => deny(problem('not-permitted')), { name: 'third' }),
        guardThat(() => ALLOW, { name: 'fourth' }),
      ]
      const routes = [{ path: '/x', guards: [guardThat(() => ALLOW, { name: 'on the route' })] }]
      try {
        await withServer(adapter, { guards, routes }, async ({ call }) => {
          expect((await call('/x')).status).toBe(403)
        })
        const ours = recorder
          .decisions()
          .filter((decision) => /^(first|second|third|fourth|on the route):/.test(decision))
        expect(ours).toEqual(['first: allow', 'second: allow', 'third: deny'])
      } finally {
        recorder.stop()
      }
    })
  })
}
