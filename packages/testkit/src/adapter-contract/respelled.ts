import { ALLOW, type AnyGuard, deny, type Guard, problem, when } from '@ashlar/core'

import { type AdapterUnderTest, type AppUnderTest, guardThat, type TestRunner, withServer } from './app.ts'
import { spellingsOf, withInsertions } from './spellings.ts'
import { statusesOf } from './statuses.ts'

const refuse = guardThat(() => deny(problem('not-permitted')), { name: 'refuse' }) as Guard
/** One that would run before anybody has looked at the target. */
const early = guardThat(() => ALLOW, { name: 'early', layer: 'headers' })

/** What node's own parser refuses never gets to a guard. */
const isSent = (target: string): boolean => /^\/[!-~]*$/.test(target)
const spelled = (path: string): readonly string[] => [
  ...new Set([...spellingsOf(path), ...withInsertions(path)].filter(isSent)),
]

/** As many as one test tries. */
const AT_ONCE = 750

interface Comparison {
  readonly path: string
  readonly app: AppUnderTest
  /** How the same app is guarded. */
  readonly guarded: Pick<AppUnderTest, 'guards' | 'mounts'>
  /** Spellings that reach something in the open app, at least. */
  readonly reached: number
}

/** Ten thousand spellings: whatever of them reaches a route or a file of an open app does not where that is guarded. */
export function respelled({ describe, test, expect }: TestRunner, adapter: AdapterUnderTest): void {
  const routes = ['/admin/:user', '/users/:id/keys'].map((path) => ({ path }))
  const conditional = { guards: [when(['/admin/*', '/users/:id/keys'], refuse) as AnyGuard] }
  const comparisons: Readonly<Record<string, Comparison>> = {
    'a condition in front of a route that ends with a parameter': {
      path: '/admin/7',
      app: { routes },
      guarded: conditional,
      reached: 300,
    },
    'a condition in front of a route with a parameter in it': {
      path: '/users/7/keys',
      app: { routes },
      guarded: conditional,
      reached: 300,
    },
    'a guard at a mount in front of files, with none but an early one before it': {
      path: '/private/a.txt',
      app: { files: { '/private/a.txt': 'secret', '/private/': 'secret', '/private': 'secret' } },
      guarded: { guards: [early], mounts: [{ path: '/private', guards: [refuse] }] },
      reached: 30,
    },
  }
  const served = async (tested: AppUnderTest, targets: readonly string[]): Promise<readonly string[]> => {
    let found: readonly string[] = []
    await withServer(adapter, tested, async (server) => {
      const statuses = await statusesOf(server, targets)
      found = targets.filter((_, index) => statuses[index] === 200)
    })
    return found
  }

  describe('no spelling slips past', () => {
    let tried = 0
    for (const [what, { path, app, guarded, reached }] of Object.entries(comparisons)) {
      const targets = spelled(path)
      tried += targets.length
      let found = 0
      for (let from = 0; from < targets.length; from += AT_ONCE) {
        test(`${what} (from the ${from + 1}th)`, async () => {
          const open = await served({ ...app, bare: true }, targets.slice(from, from + AT_ONCE))
          found += open.length
          expect(await served({ ...app, ...guarded }, open)).toEqual([])
        })
      }
      test(`${what}, of which enough reach what it guards`, async () => {
        expect(found).toBeGreaterThan(reached)
        expect(await served({ ...app, bare: true }, [path])).toEqual([path])
      })
    }

    test('of at least ten thousand', async () => {
      expect(tried).toBeGreaterThan(10_000)
    })
  })
}
