import { deny, type Guard, problem, when } from '@ashlar/core'

import { type AdapterUnderTest, type AppUnderTest, guardThat, type TestRunner, withServer } from './app.ts'
import { statusesOf } from './statuses.ts'

const refuse = guardThat(() => deny(problem('not-permitted')), { name: 'refuse' }) as Guard
const guards = [when(({ query }) => query['all'] !== undefined, refuse)]

const escaped = (code: number): string => `%${code.toString(16).padStart(2, '0')}`
const fillers = (count: number): string => Array.from({ length: count }, (_, index) => `f${index}=1`).join('&')

const SEARCHES: readonly string[] = [
  ...[
    '',
    'all',
    'all=',
    'all=1',
    'all=1&all=2',
    'a=1&all=2',
    'ALL=1',
    '%61ll=1',
    'al%6C',
    'all[]=1',
    'all[x]=1',
    '[all]=1',
  ],
  ...[
    '[all][x]=1',
    'all[][x]=1',
    'all[0]=1',
    'all%5B%5D=1',
    'all%5bx%5d=1',
    '%5Ball%5D=1',
    'all[=1',
    'all]=1',
    '[]all=1',
  ],
  ...[
    'x[all]=1',
    'all.x=1',
    'all%2Ex=1',
    'all+=1',
    '+all=1',
    '%20all=1',
    'all%20',
    'all%00',
    '%00all',
    'all=%zz',
    '%zzall=1',
  ],
  ...[
    '%zz&all',
    'all%',
    '%ff&all=1',
    'all%ff',
    '?all',
    '?all=1',
    '&&all=1',
    '&all',
    '=all',
    'all==1',
    'x;all=1',
    'all;x=1',
  ],
  ...[
    '__proto__=1',
    '__proto__[all]=1',
    '__proto__.all=1',
    'constructor[prototype][all]=1',
    'constructor=1&all',
    'all[__proto__]=1',
  ],
  ...[
    'all[toString]=1',
    'hasOwnProperty=1&all=1',
    'hasOwnProperty[all]=1',
    'toString=1',
    'all[length]=1&all[0]=2',
    'all=a,b',
  ],
  ...[
    'a[b][c][d][e][f][g][all]=1',
    `${'x[all]='.repeat(40)}1`,
    'all=&all[]=1',
    'all[]&all[]',
    'al%5B%5Dl=1',
    'all%23=1',
    'all%26=1',
  ],
  ...[`${fillers(999)}&all=1`, `${fillers(1000)}&all=1`, `${fillers(1000)}&all[]=1`, `${fillers(1500)}&all`],
  ...Array.from({ length: 256 }, (_, code) =>
    [0, 1, 3].map((at) => `${'all'.slice(0, at)}${escaped(code)}${'all'.slice(at)}=1`),
  ).flat(),
  ...Array.from({ length: 94 }, (_, index) => String.fromCharCode(0x21 + index)).flatMap((c) => [
    `${c}all=1`,
    `al${c}l=1`,
    `all${c}=1`,
    `all${c}`,
  ]),
]

/** As many as one test tries. */
const AT_ONCE = 400

/** One query, one meaning: whatever the app finds in it, guards have found before. */
export function queries({ describe, test, expect }: TestRunner, adapter: AdapterUnderTest): void {
  /** What the app finds in each: 201 where the parameter is there, 200 where it is not, or a refusal. */
  const read = async (app: AppUnderTest, searches: readonly string[]): Promise<readonly number[]> => {
    let statuses: readonly number[] = []
    const handler = ({ query }: { readonly query: unknown }) => {
      const { all } = query as { readonly all?: unknown }
      return { status: all === undefined ? 200 : 201, body: 'served' }
    }
    await withServer(adapter, { ...app, routes: [{ path: '/x', handler }] }, async (server) => {
      statuses = await statusesOf(
        server,
        searches.map((search) => `/x?${search}`),
      )
    })
    return statuses
  }

  describe('queries', () => {
    for (const queryParser of adapter.queryParsers ?? [undefined]) {
      const setting = adapter.queryParsers ? { queryParser } : {}
      const how = adapter.queryParsers ? ` (${typeof queryParser === 'function' ? 'a function' : queryParser})` : ''

      for (let from = 0; from < SEARCHES.length; from += AT_ONCE) {
        test(`are read by guards as the app reads them, or refused${how} (from the ${from + 1}th)`, async () => {
          const searches = SEARCHES.slice(from, from + AT_ONCE)
          const open = await read({ ...setting, bare: true }, searches)
          const guarded = await read({ ...setting, guards }, searches)
          // An app that reads no query has guards read it flat, which finds more.
          const unread = queryParser === false
          const fitting = open.map((status) => (status === 201 ? [403, 400] : [status, 400, ...(unread ? [403] : [])]))
          const misread = searches.flatMap((search, index) =>
            fitting[index]!.includes(guarded[index]!) ? [] : [[search, open[index], guarded[index]]],
          )
          expect(misread).toEqual([])
          if (!unread && from === 0) expect(open.filter((status) => status === 201).length).toBeGreaterThan(10)
        })
      }

      test(`with more parameters than are read are refused where a guard reads them${how}`, async () => {
        const app = { ...setting, routes: [{ path: '/x' }] }
        const none = [
          guardThat(({ method }) => (method === 'PUT' ? deny(problem('not-permitted')) : { kind: 'allow' })),
        ]
        await withServer(adapter, { ...app, guards }, async ({ call }) => {
          expect((await call(`/x?${fillers(1000)}`)).status).toBe(200)
          expect((await call(`/x?${fillers(1001)}`)).status).toBe(400)
        })
        await withServer(adapter, { ...app, guards: none }, async ({ call }) => {
          expect((await call(`/x?${fillers(1001)}`)).status).toBe(200)
        })
      })
    }
  })
}
