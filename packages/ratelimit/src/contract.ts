import type { Awaitable } from '@ashlar/core'

import type { BlocklistStore } from './blocklist/block.ts'
import { fixedWindow, type Policy, slidingWindow, tokenBucket } from './policy.ts'
import type { Ledger, RateLimitStore } from './store.ts'

/** The part of a test runner that is needed; Jest's, Vitest's and node's fit. */
export interface TestRunner {
  describe(title: string, body: () => void): void
  test(title: string, body: () => Promise<void>): void
}

export interface RateLimitStoreFixture {
  /** A store in which nothing is kept yet, or none under the names that are used. */
  store(): Awaitable<RateLimitStore>
  /** The kinds of policy that it keeps. Default: all, and several at once. */
  readonly kinds?: readonly Policy['kind'][]
}

const WEEK = 7 * 86_400_000

/**
 * What every rate-limit store must do, as tests. Windows are long, so that none ends while a test runs; a server's clock
 * need not be set.
 */
export function rateLimitStoreContract({ describe, test }: TestRunner, fixture: RateLimitStoreFixture): void {
  const policies: Readonly<Record<string, (limit: number) => Policy>> = {
    'token bucket': (limit) => tokenBucket({ capacity: limit, refillPerSecond: 0.0001 }),
    'fixed window': (limit) => fixedWindow({ limit, window: WEEK }),
    'sliding window': (limit) => slidingWindow({ limit, window: WEEK }),
  }
  let opened = 0
  const open = async (...several: Policy[]): Promise<Ledger> =>
    (await fixture.store()).open({ name: `contract-${++opened}-${Date.now()}`, policies: several })

  for (const [title, policy] of Object.entries(policies)) {
    if (fixture.kinds && !fixture.kinds.includes(policy(1).kind)) continue
    describe(title, () => {
      test('admits the limit and no more, and tells where the key stands', async () => {
        const ledger = await open(policy(3))
        for (const remaining of [2, 1, 0]) {
          const { admitted, standings } = await ledger.take('key', 1)
          equal([admitted, standings[0]!.remaining, standings[0]!.retryInMs], [true, remaining, 0])
          ordered(0.001, standings[0]!.growsInMs, standings[0]!.resetInMs, WEEK * 1.25)
        }
        const { admitted, standings } = await ledger.take('key', 1)
        equal([admitted, standings[0]!.remaining], [false, 0])
        ordered(0.001, standings[0]!.growsInMs, standings[0]!.retryInMs, standings[0]!.resetInMs)
      })

      test('keys do not know of each other, whatever is in them', async () => {
        const ledger = await open(policy(1))
        const keys = [
          'a',
          'b',
          'a:b',
          'a}{b',
          'ä\u{1f600}\n\u0001',
          'x'.repeat(5000),
          `${'x'.repeat(4999)}y`,
          "'; drop",
        ]
        for (const key of keys) equal((await ledger.take(key, 1)).admitted, true)
        for (const key of keys) equal((await ledger.take(key, 1)).admitted, false)
      })

      test('a cost is taken whole or not at all, and a cost of nothing only asks', async () => {
        const ledger = await open(policy(10))
        equal((await ledger.take('key', 7)).admitted, true)
        equal((await ledger.take('key', 4)).admitted, false)
        equal((await ledger.take('key', 0)).standings[0]!.remaining, 3)
        equal((await ledger.take('key', 3)).admitted, true)
        equal((await ledger.take('other', 11)).admitted, false)
        equal((await ledger.take('other', 10)).admitted, true)
      })

      test('of many at once, exactly as many as the limit are admitted', async () => {
        const ledger = await open(policy(20))
        // A ledger that answers at once may use its answer again, so it is read before the next question.
        const answers = Array.from({ length: 100 }, () => {
          const taken = ledger.take('key', 1)
          return taken instanceof Promise ? taken.then(({ admitted }) => admitted) : taken.admitted
        })
        equal((await Promise.all(answers)).filter(Boolean).length, 20)
      })

      test('gives back what was taken and never more, and charges beyond the limit', async () => {
        const ledger = await open(policy(10))
        await ledger.take('key', 6)
        await ledger.adjust('key', -4)
        equal((await ledger.take('key', 0)).standings[0]!.remaining, 8)
        await ledger.adjust('key', -1000)
        equal((await ledger.take('key', 0)).standings[0]!.remaining, 10)
        await ledger.adjust('key', 25)
        equal((await ledger.take('key', 1)).admitted, false)
        await ledger.adjust('key', -20)
        equal((await ledger.take('key', 5)).admitted, true)
        equal((await ledger.take('key', 1)).admitted, false)
      })
    })
  }

  if (!fixture.kinds) severalContract({ test }, open, Object.values(policies))

  test('a name is opened once, and two names do not share records', async () => {
    const store = await fixture.store()
    const name = `contract-${++opened}-${Date.now()}`
    const first = store.open({ name, policies: [policies['fixed window']!(1)] })
    const second = store.open({ name: `${name}-b`, policies: [policies['fixed window']!(1)] })
    equal((await first.take('key', 1)).admitted, true)
    equal((await second.take('key', 1)).admitted, true)
    let code: unknown
    try {
      store.open({ name, policies: [policies['fixed window']!(1)] })
    } catch (error) {
      code = (error as { code?: unknown }).code
    }
    equal(code, 'ERR_RATE_LIMIT_NAME_TAKEN')
  })
}

function severalContract(
  { test }: Pick<TestRunner, 'test'>,
  open: (...several: Policy[]) => Promise<Ledger>,
  policies: readonly ((limit: number) => Policy)[],
): void {
  test('several policies are taken from together, or not at all', async () => {
    const ledger = await open(...policies.map((policy, index) => policy(2 + index)))
    equal((await ledger.take('key', 2)).admitted, true)
    const { admitted, standings } = await ledger.take('key', 1)
    equal(admitted, false)
    equal(
      standings.map(({ remaining }) => remaining),
      [0, 1, 2],
    )
    equal(
      standings.map(({ retryInMs }) => retryInMs > 0),
      [true, false, false],
    )
  })

  for (const windowed of [fixedWindow, slidingWindow]) {
    test(`${windowed.name}: what is used comes back when the window is over, and not before`, async () => {
      const ledger = await open(windowed({ limit: 2, window: 200 }))
      const begin = performance.now()
      let admitted = 0
      while (admitted < 6) {
        if ((await ledger.take('key', 1)).admitted) admitted++
        await new Promise((resolve) => setImmediate(resolve))
      }
      // Three times two: of fixed windows, the first and the last can be cut short.
      ordered(windowed === slidingWindow ? 399 : 199, performance.now() - begin)
    })
  }

  test('what is used comes back with time', async () => {
    const ledger = await open(tokenBucket({ capacity: 1, refillPerSecond: 100 }))
    const begin = performance.now()
    let admitted = 0
    while (admitted < 5) {
      if ((await ledger.take('key', 1)).admitted) admitted++
      // Lets timers and sockets have their turn where the ledger answers at once.
      await new Promise((resolve) => setImmediate(resolve))
    }
    ordered(38, performance.now() - begin)
  })
}

function equal(actual: unknown, expected: unknown): void {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (left !== right) throw new Error(`expected ${right}, not ${left}`)
}

function ordered(...values: number[]): void {
  for (let index = 1; index < values.length; index++) {
    if (values[index - 1]! > values[index]!) throw new Error(`expected an ascending order: ${values.join(', ')}`)
  }
}

/** What every blocklist store must do, as tests. */
export function blocklistStoreContract(
  { test }: Pick<TestRunner, 'test'>,
  fixture: { /** An empty one. */ store(): Awaitable<BlocklistStore> },
): void {
  const sorted = async (store: BlocklistStore): Promise<unknown> =>
    [...(await store.load())].sort((a, b) => (a.target < b.target ? -1 : 1))

  test('keeps what was put until it is removed, whatever is in it', async () => {
    const store = await fixture.store()
    const until = Date.now() + 60_000
    const lasting = { target: 'address 192.0.2.1', until: undefined }
    const ending = { target: 'principal https://issuer.example\nO\'Brien "ä"', until }
    equal(await store.load(), [])
    await store.put(lasting)
    await store.put(ending)
    equal(await sorted(store), [lasting, ending])
    await store.remove(lasting.target)
    await store.remove('address 198.51.100.1')
    equal(await sorted(store), [ending])
    await store.remove(ending.target)
  })

  test('replaces a block of the same target', async () => {
    const store = await fixture.store()
    await store.put({ target: 'address 192.0.2.1', until: Date.now() + 60_000 })
    await store.put({ target: 'address 192.0.2.1', until: undefined })
    equal(await store.load(), [{ target: 'address 192.0.2.1', until: undefined }])
    await store.remove('address 192.0.2.1')
  })
}
