import { ALLOW, type AnyGuard, allow, deny, except, type Guard, problem, when } from '@ashlar/core'

import { type AdapterUnderTest, guardThat, type TestRunner, withServer } from './app.ts'
import { spellingsOf } from './spellings.ts'

const refuse = guardThat(() => deny(problem('not-permitted')), { name: 'refuse' }) as Guard

const SPELLINGS = [
  '/admin',
  '/ADMIN',
  '/Admin',
  '/admin/',
  '/ADMIN/',
  '/%61dmin',
  '/%61DMIN/',
  '/admi%6E',
  '/admin?x=1',
  '/admin/?x=1',
  '//admin',
  '//x/admin',
  '/x/../admin',
  '/./admin',
  '/admin/.',
  '/admin//',
  '/x/%2e%2e/admin',
  '/admin%2f',
  '/%2fadmin',
  '/admin%00',
  '/admin\\',
  '/admin#x',
  'http://127.0.0.1/admin',
  'http://x/admin',
  'https://x/admin?y',
  'ftp:admin',
]

/** One path, one meaning: no other spelling of a path is less protected. */
export function paths({ describe, test, expect }: TestRunner, adapter: AdapterUnderTest): void {
  const send = (target: string): string => `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`

  describe('paths', () => {
    const rules: Record<string, AnyGuard> = {
      'when() of the path': when(['/admin'], refuse),
      'when() of the path in another spelling': when(['/Admin/'], refuse),
      'when() with the guard early in the order': when(['/admin'], { ...refuse, layer: 'request' } as Guard),
      'except() of another path': except(['/health', '/public/*'], refuse),
      'a guard that reads the path itself': guardThat(({ path }) =>
        /^\/admin\/?$/i.test(decodeURIComponent(path)) ? deny(problem('not-permitted')) : ALLOW,
      ),
    }
    for (const [rule, guard] of Object.entries(rules)) {
      test(`no spelling slips past ${rule}`, async () => {
        let reached: string | undefined
        const handler = () => {
          reached = 'the handler'
          return { body: 'secret' }
        }
        const app = { guards: [guard], routes: [{ path: '/admin', handler }] }
        await withServer(adapter, app, async ({ raw }) => {
          for (const target of SPELLINGS) {
            const answer = await raw(send(target))
            expect([target, reached]).toEqual([target, undefined])
            expect(answer).toMatch(/^HTTP\/1.1 4/)
          }
        })
      })
    }

    test('whatever spelling reaches a route where nothing protects it does not where something does', async () => {
      const patterns = ['/admin', '/admin/users/:id', '/files.json']
      const spellings = ['/admin', '/admin/users/7', '/files.json'].flatMap(spellingsOf)
      const reachedBehind = async (guard: AnyGuard): Promise<readonly string[]> => {
        const reached: string[] = []
        const open = guardThat(() => ALLOW)
        const app = { guards: [guard], routes: patterns.map((path) => ({ path, guards: [open] })) }
        await withServer(adapter, app, async ({ raw }) => {
          const answers = await Promise.all(spellings.map((target) => raw(send(target))))
          for (const [index, answer] of answers.entries()) {
            if (/^HTTP\/1.1 200 /.test(answer)) reached.push(spellings[index]!)
          }
        })
        return reached
      }
      const open = await reachedBehind(guardThat(() => ALLOW))
      expect(open).toEqual(expect.arrayContaining(['/admin', '/admin?x', '/admin/users/7']))
      expect(open.length).toBeGreaterThan(adapter.looseRouting ? 20 : 5)
      expect(await reachedBehind(when(patterns, refuse))).toEqual([])
      expect(await reachedBehind(except(['/health', '/admin/users/:id/keys', '/ADMIN.'], refuse))).toEqual([])
    })

    test('the router takes other spellings for the same path, where we say that it does', async () => {
      const open = guardThat(() => ALLOW)
      await withServer(adapter, { guards: [open], routes: [{ path: '/admin' }] }, async ({ call }) => {
        expect((await call('/admin')).status).toBe(200)
        for (const path of ['/ADMIN', '/admin/']) {
          expect([path, (await call(path)).status === 200]).toEqual([path, adapter.looseRouting])
        }
      })
    })

    test('an exemption holds for its very path only', async () => {
      const app = {
        guards: [except(['/health', '/public/*', '/users/:id'], refuse)],
        routes: ['/health', '/public/a/b', '/users/7', '/users/7/keys', '/health/deep'].map((path) => ({ path })),
      }
      await withServer(adapter, app, async ({ call }) => {
        const statuses: Record<string, number> = {}
        for (const path of [
          '/health',
          '/health?x=1',
          '/public/a/b',
          '/users/7',
          '/HEALTH',
          '/health/',
          '/health/deep',
          '/users/7/keys',
          '/PUBLIC/a/b',
          '/%68ealth',
        ]) {
          statuses[path] = (await call(path)).status
        }
        expect(statuses).toEqual({
          '/health': 200,
          '/health?x=1': 200,
          '/public/a/b': 200,
          '/users/7': 200,
          '/HEALTH': 403,
          '/health/': 403,
          '/health/deep': 403,
          '/users/7/keys': 403,
          '/PUBLIC/a/b': 403,
          '/%68ealth': 400,
        })
      })
    })

    test('a path that was rewritten after a guard had read it is refused', async () => {
      const app = {
        guards: [when(['/admin'], refuse)],
        rewrite: (path: string) => path.replace('/innocent', '/admin'),
        routes: [{ path: '/admin', guards: [guardThat(() => ALLOW)] }, { path: '/other' }],
      }
      await withServer(adapter, app, async ({ call }) => {
        expect((await call('/innocent')).status).toBe(400)
        expect((await call('/other')).status).toBe(200)
      })
    })

    test('a rewritten path that no guard has read is the app’s own business', async () => {
      const app = {
        guards: [guardThat(() => ALLOW)],
        rewrite: (path: string) => path.replace('/old', '/new'),
        routes: [{ path: '/new', guards: [guardThat(() => ALLOW)] }],
      }
      await withServer(adapter, app, async ({ call }) => {
        expect((await call('/old')).status).toBe(200)
      })
    })

    test('a mounted router is no rewrite, and the path stays whole', async () => {
      const seen: string[] = []
      const look = guardThat(({ path }) => {
        seen.push(path)
        return allow({})
      })
      const app = {
        guards: [look],
        mount: '/api',
        routes: [
          { path: '/orders', guards: [look] },
          { path: '/', guards: [look] },
        ],
      }
      await withServer(adapter, app, async ({ call }) => {
        for (const path of ['/api/orders', '/api/', '/api/orders?x=/y']) {
          expect([path, (await call(path)).status]).toEqual([path, 200])
        }
        if (adapter.looseRouting) {
          for (const path of ['/api', '/api?x=1', '/api/?x=1']) {
            expect([path, (await call(path)).status]).toEqual([path, 200])
          }
        } else await call('/api')
      })
      expect(new Set(seen)).toEqual(new Set(['/api/orders', '/api/', '/api']))
    })

    test('an ambiguous path is refused whatever guard stands in front, with that guard’s headers', async () => {
      const headers = guardThat(() => allow({}, { headers: { 'x-early': '1' } }), { layer: 'headers' })
      await withServer(adapter, { guards: [headers], routes: [{ path: '/admin' }] }, async ({ raw }) => {
        for (const target of ['//admin', '/x/../admin', '/admin%2f', 'http://x/admin']) {
          const answer = await raw(send(target))
          expect([target, answer]).toEqual([target, expect.stringMatching(/^HTTP\/1.1 400 /)])
          expect(answer).toMatch(/\r\nx-early: 1\r\n/i)
        }
      })
    })

    const reads: Readonly<Record<string, AnyGuard>> = {
      method: guardThat(({ method }) => (method === 'DELETE' ? deny(problem('not-permitted')) : ALLOW)),
      query: guardThat(({ query }) => (query['all'] === undefined ? ALLOW : deny(problem('not-permitted')))),
    }
    const rewrites: Readonly<Record<string, AnyGuard>> = {
      method: guardThat(({ raw }) => {
        raw.method = 'DELETE'
        return ALLOW
      }),
      query: guardThat(({ raw }) => {
        raw.url = `${raw.url!.split('?')[0]}?all=1`
        return ALLOW
      }),
    }
    for (const what of ['method', 'query'] as const) {
      test(`a ${what} that was rewritten after a guard had read it is refused`, async () => {
        const app = { guards: [reads[what]!, rewrites[what]!], routes: [{ path: '/x' }] }
        await withServer(adapter, app, async ({ call }) => {
          expect((await call('/x?one=1')).status).toBe(400)
        })
      })
    }

    test('a query that was rewritten before, or that nobody reads, is the app’s own business', async () => {
      const app = { guards: [rewrites['query']!], routes: [{ path: '/x' }] }
      await withServer(adapter, app, async ({ call }) => {
        expect((await call('/x?one=1')).status).toBe(200)
      })
    })
  })
}
