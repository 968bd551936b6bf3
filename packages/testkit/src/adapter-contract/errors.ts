import { ALLOW } from '@ashlar/core'

import { type AdapterUnderTest, guardThat, type Handler, type TestRunner, withServer } from './app.ts'

/** Errors of clients, each with the field that belongs to its status. */
const BRINGING = [
  ['a missing password', { status: 401 }, 401, 'http-401', { 'WWW-Authenticate': 'Basic realm="a"' }],
  ['a method that is not allowed', { statusCode: 405 }, 405, 'http-405', { Allow: 'GET, HEAD' }],
  ['a range that is not there', { status: 416, expose: true }, 416, 'http-416', { 'Content-Range': 'bytes */9' }],
  ['haste', { status: 429 }, 429, 'http-429', { 'Retry-After': '30' }],
] as const

/** The error boundary. */
export function errors({ describe, test, expect }: TestRunner, adapter: AdapterUnderTest): void {
  const throwing = (error: unknown): Handler => {
    return () => {
      throw error
    }
  }
  const thrown: Record<string, { error: unknown; status: number; code: string }> = {
    'an error': { error: new Error('hunter2'), status: 500, code: 'internal-error' },
    'a string': { error: 'hunter2', status: 500, code: 'internal-error' },
    'an object without a prototype': {
      error: Object.assign(Object.create(null), { message: 'hunter2' }),
      status: 500,
      code: 'internal-error',
    },
    'what can not be read': {
      error: Object.defineProperties(new Error('hunter2'), {
        status: {
          get() {
            throw new Error('hunter2')
          },
        },
      }),
      status: 500,
      code: 'internal-error',
    },
    'a client’s error': {
      error: Object.assign(new Error('hunter2'), { status: 409, expose: true }),
      status: 409,
      code: 'http-409',
    },
    'a status that is no error': {
      error: Object.assign(new Error('hunter2'), { status: 200 }),
      status: 500,
      code: 'internal-error',
    },
    'a server’s error that wants to be seen': {
      error: Object.assign(new Error('hunter2'), { status: 502, expose: true, headers: { 'X-Leak': 'hunter2' } }),
      status: 500,
      code: 'internal-error',
    },
  }

  describe('the error boundary', () => {
    for (const [what, { error, status, code }] of Object.entries(thrown)) {
      for (const guards of [[], [guardThat(async () => ALLOW)]]) {
        test(`answers ${what} with a problem that leaks nothing (${guards.length ? 'behind a guard' : 'no guard'})`, async () => {
          const routes = [{ path: '/x', guards, handler: throwing(error) }]
          await withServer(adapter, { errorBoundary: true, routes }, async ({ call, reported }) => {
            const answer = await call('/x')
            expect(answer.status).toBe(status)
            expect(answer.headers['content-type']).toMatch(/^application\/problem\+json\b/)
            expect(answer.headers['cache-control']).toBe('no-store')
            expect(answer.json()).toEqual({
              type: expect.any(String),
              title: expect.any(String),
              status,
              code,
            })
            expect(JSON.stringify(answer.rawHeaders) + answer.text).not.toContain('hunter2')
            expect(reported).toHaveLength(status >= 500 ? 1 : 0)
          })
        })
      }
    }

    for (const [what, error, status, code, field] of BRINGING) {
      test(`keeps the header field by which ${what} is understood, and no other`, async () => {
        const headers = { ...field, 'X-Leak': 'hunter2', 'Set-Cookie': 'a=hunter2', Location: '/hunter2' }
        const failing = Object.assign(new Error('hunter2'), { ...error, headers })
        const routes = [{ path: '/x', guards: [guardThat(async () => ALLOW)], handler: throwing(failing) }]
        await withServer(adapter, { errorBoundary: true, routes }, async ({ call, reported }) => {
          const answer = await call('/x')
          expect([answer.status, answer.json().code]).toEqual([status, code])
          for (const [name, value] of Object.entries(field)) {
            expect(answer.headers[name.toLowerCase()]).toBe(value)
          }
          expect(JSON.stringify(answer.rawHeaders) + answer.text).not.toContain('hunter2')
          expect(reported).toEqual([])
        })
      })
    }

    test('ends a connection on which the answer has begun, and tells the operator', async () => {
      const handler: Handler = ({ response }) => {
        response.writeHead(200)
        response.write('half')
        throw new Error('too late')
      }
      await withServer(
        adapter,
        { errorBoundary: true, routes: [{ path: '/x', handler }] },
        async ({ call, reported }) => {
          await expect(call('/x')).rejects.toMatchObject({ code: 'ECONNRESET' })
          expect(reported).toMatchObject([{ message: 'too late' }])
        },
      )
    })

    test('leaves an answer that has been sent as it is', async () => {
      const handler: Handler = ({ response }) => {
        response.end('whole')
        throw new Error('too late')
      }
      await withServer(
        adapter,
        { errorBoundary: true, routes: [{ path: '/x', handler }] },
        async ({ call, reported }) => {
          expect((await call('/x')).text).toBe('whole')
          expect(reported).toMatchObject([{ message: 'too late' }])
        },
      )
    })

    const unkind: Readonly<Record<string, (error: unknown) => unknown>> = {
      throws() {
        throw new Error('hunter2')
      },
      rejects: () => Promise.reject(new Error('hunter2')),
    }
    for (const [how, onError] of Object.entries(unkind)) {
      test(`tells the caller nothing more where the function that is told of errors ${how}`, async () => {
        const routes = [{ path: '/x', handler: throwing(new Error('hunter2')) }]
        const options = { onError: onError as () => void }
        await withServer(adapter, { errorBoundary: true, routes, options }, async ({ call }) => {
          const answer = await call('/x')
          expect([answer.status, answer.json()]).toMatchObject([500, { code: 'internal-error' }])
          expect(answer.text).not.toContain('hunter2')
        })
      })
    }

    test('tells message and stack in development', async () => {
      const app = {
        errorBoundary: true,
        routes: [{ path: '/x', handler: throwing(new TypeError('in development')) }],
        options: { development: true },
      }
      await withServer(adapter, app, async ({ call }) => {
        expect((await call('/x')).json()).toMatchObject({
          status: 500,
          detail: 'TypeError: in development',
          stack: expect.arrayContaining([expect.stringContaining('at ')]),
        })
      })
    })
  })
}
