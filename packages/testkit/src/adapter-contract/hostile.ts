import { ALLOW, allow, chain, deny, type Guard, problem, some, when } from '@ashlar/core'

import { type AdapterUnderTest, type TestRunner, withServer } from './app.ts'

/** What a hostile caller, or hostile code in the process, tries. */
export function hostile({ describe, test, expect }: TestRunner, adapter: AdapterUnderTest): void {
  const refusing = (): Guard => ({
    name: 'closed',
    layer: 'custom',
    reads: 'head',
    check: () => deny(problem('not-permitted')),
  })

  describe('a polluted Object.prototype', () => {
    const adding: Guard = { name: 'adding', layer: 'custom', reads: 'head', check: () => allow({ something: 1 }) }
    const needing: Guard<object, { principal: unknown }> = {
      name: 'needing',
      layer: 'custom',
      reads: 'head',
      needs: ['principal'],
      check: () => ALLOW,
    }
    const reading: Guard = {
      name: 'reading',
      layer: 'custom',
      reads: 'head',
      check: (_, state) =>
        (state as { principal?: unknown }).principal ? ALLOW : deny(problem('credentials-required')),
    }
    const polluted = async (body: () => Promise<void>): Promise<void> => {
      const prototype = Object.prototype as { principal?: unknown }
      prototype.principal = { kind: 'custom', subject: 'mallory', roles: ['admin'], scopes: [], claims: {} }
      try {
        await body()
      } finally {
        delete prototype.principal
      }
    }

    for (const [how, guards, status] of [
      ['a guard that needs it', [adding, needing], 500],
      ['a guard that looks for it', [adding, reading], 401],
      ['a chain that walks by itself', [some(chain(adding, reading))], 401],
      [
        'a chain that has waited',
        [some(chain({ ...adding, check: async () => allow({ something: 1 }) }, reading))],
        401,
      ],
    ] as const) {
      test(`adds no principal for ${how}`, async () => {
        await withServer(adapter, { guards, routes: [{ path: '/x' }] }, async ({ call }) => {
          await polluted(async () => {
            expect((await call('/x')).status).toBe(status)
          })
        })
      })
    }
  })

  describe('a target', () => {
    const guards = [when(['/*'], refusing())]
    const request = (line: string): string =>
      `${line} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`

    for (const line of ['GET *', 'HEAD *', 'POST *', 'DELETE *']) {
      test(`${line} is refused as ambiguous`, async () => {
        await withServer(adapter, { guards, routes: [{ path: '/x' }] }, async ({ raw }) => {
          expect(await raw(request(line))).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
        })
      })
    }

    test('OPTIONS * is under a rule for every path', async () => {
      await withServer(adapter, { guards, routes: [] }, async ({ raw }) => {
        expect(await raw(request('OPTIONS *'))).toMatch(/^HTTP\/1\.1 403 /)
      })
    })

    for (const [what, hosts] of [
      ['one host', 'Host: x\r\nHost: x'],
      ['two hosts', 'Host: x\r\nhost: y'],
    ]) {
      test(`with ${what} named twice is refused, whatever guard stands in front`, async () => {
        const early: Guard = { name: 'early', layer: 'headers', reads: 'head', check: () => ALLOW }
        await withServer(adapter, { guards: [early], routes: [{ path: '/x' }] }, async ({ raw }) => {
          const answer = await raw(`GET /x HTTP/1.1\r\n${hosts}\r\nConnection: close\r\n\r\n`)
          expect(answer).toMatch(/^HTTP\/1\.1 400 [\s\S]*"code":"ambiguous-target"/)
        })
      })
    }

    test('with a percent sign in it is plain', async () => {
      await withServer(adapter, { guards: [when(['/x'], refusing())], routes: [{ path: '/y' }] }, async ({ call }) => {
        expect((await call('/100%25')).status).toBe(404)
      })
    })

    test('is read as far as it can be decoded', async () => {
      const rule = [when(['/x/*', '/é/*'], refusing())]
      await withServer(adapter, { guards: rule, routes: [{ path: '/y' }] }, async ({ call }) => {
        for (const path of ['/x/%ff', '/X/%C3%A9', '/%C3%A9/%ff', '/%c3%a9']) {
          expect([path, (await call(path)).status]).toEqual([path, 403])
        }
      })
    })
  })

  test('an error that brings one of the protecting headers does not cost the others', async () => {
    const protecting: Guard = {
      name: 'protecting',
      layer: 'headers',
      reads: 'head',
      check: () => allow({}, { headers: { 'X-Request-ID': 'ours', 'X-Frame-Options': 'DENY' } }),
    }
    const handler = (): never => {
      throw Object.assign(new Error('gone'), { status: 410, expose: true, headers: { 'X-Request-ID': 'theirs' } })
    }
    for (const errorBoundary of [true, false]) {
      await withServer(
        adapter,
        { guards: [protecting], errorBoundary, routes: [{ path: '/x', handler }] },
        async ({ call }) => {
          const { status, headers } = await call('/x')
          expect([status, headers['x-frame-options']]).toEqual([410, 'DENY'])
        },
      )
    }
  })

  test('headers that describe a body are gone when an error takes its place', async () => {
    const routes = [
      {
        path: '/x',
        handler: ({ response }: { response: import('node:http').ServerResponse }) => {
          response.setHeader('Content-Encoding', 'gzip')
          response.setHeader('Content-Language', 'de')
          response.setHeader('Content-Disposition', 'attachment')
          response.setHeader('ETag', '"1"')
          response.setHeader('Last-Modified', 'Thu, 01 Jan 2026 00:00:00 GMT')
          response.setHeader('X-Kept', '1')
          throw new Error('too late')
        },
      },
    ]
    await withServer(adapter, { errorBoundary: true, routes }, async ({ call }) => {
      const { status, headers } = await call('/x')
      expect([status, headers['x-kept']]).toEqual([500, '1'])
      for (const name of ['content-encoding', 'content-language', 'content-disposition', 'etag', 'last-modified']) {
        expect(headers[name]).toBeUndefined()
      }
    })
  })
}
