import type { Awaitable } from '@ashlar/core'
import type { ContractRunner } from '@ashlar/core/contract'
import { isThenable } from '@ashlar/core/time'

import { fixedWindow, type Policy, slidingWindow, tokenBucket } from './policy.ts'
import type { Ledger, RateLimitStore, Taken } from './store.ts'

/** A store in which nothing is kept yet, or none under the names that are used, and how to close it. */
export type OpenRateLimits = () => Awaitable<{
  readonly store: RateLimitStore
  close?(): Awaitable<void>
}>

export interface RateLimitsContractOptions {
  /** The kinds of policy that it keeps. Default: all, and several at once. */
  readonly kinds?: readonly Policy['kind'][]
}

const WEEK_MS = 7 * 86_400_000

type WithLedger = (policies: readonly Policy[], body: (ledger: Ledger) => Promise<void>) => () => Promise<void>

/**
 * What every `RateLimitStore` must do. Windows are long, so that none ends while a test runs; a server's clock need not be set.
 */
export function rateLimitsContract(
  runner: ContractRunner,
  open: OpenRateLimits,
  { kinds }: RateLimitsContractOptions = {},
): void {
  const { describe, test, expect } = runner
  const policies: Readonly<Record<string, (limit: number) => Policy>> = {
    'token bucket': (limit) => tokenBucket({ capacity: limit, refillPerSecond: 0.0001 }),
    'fixed window': (limit) => fixedWindow({ limit, window: '7d' }),
    'sliding window': (limit) => slidingWindow({ limit, window: '7d' }),
  }
  let opened = 0
  const nextName = (): string => `contract-${++opened}-${Date.now()}`
  const withStore = (body: (store: RateLimitStore) => Promise<void>) => async () => {
    const { store, close } = await open()
    try {
      await body(store)
    } finally {
      await close?.()
    }
  }
  const withLedger: WithLedger = (several, body) =>
    withStore((store) => body(store.open({ name: nextName(), policies: several })))

  for (const [title, policy] of Object.entries(policies)) {
    if (kinds && !kinds.includes(policy(1).kind)) continue
    describe(title, () => {
      test(
        'admits the limit and no more, and tells where the key stands',
        withLedger([policy(3)], async (ledger) => {
          for (const remaining of [2, 1, 0]) {
            const { admitted, standings } = await ledger.take('key', 1)
            expect([admitted, standings[0]!.remaining, standings[0]!.retryInMs]).toEqual([true, remaining, 0])
            expect(isAscending(0.001, standings[0]!.growsInMs, standings[0]!.resetInMs, WEEK_MS * 1.25)).toBe(true)
          }
          const { admitted, standings } = await ledger.take('key', 1)
          expect([admitted, standings[0]!.remaining]).toEqual([false, 0])
          expect(isAscending(0.001, standings[0]!.growsInMs, standings[0]!.retryInMs, standings[0]!.resetInMs)).toBe(
            true,
          )
        }),
      )

      test(
        'keys do not know of each other, whatever is in them',
        withLedger([policy(1)], async (ledger) => {
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
          for (const key of keys) expect((await ledger.take(key, 1)).admitted).toBe(true)
          for (const key of keys) expect((await ledger.take(key, 1)).admitted).toBe(false)
        }),
      )

      test(
        'a cost is taken whole or not at all, and a cost of nothing only asks',
        withLedger([policy(10)], async (ledger) => {
          expect((await ledger.take('key', 7)).admitted).toBe(true)
          expect((await ledger.take('key', 4)).admitted).toBe(false)
          expect((await ledger.take('key', 0)).standings[0]!.remaining).toBe(3)
          expect((await ledger.take('key', 3)).admitted).toBe(true)
          expect((await ledger.take('other', 11)).admitted).toBe(false)
          expect((await ledger.take('other', 10)).admitted).toBe(true)
        }),
      )

      test(
        'of many at once, exactly as many as the limit are admitted',
        withLedger([policy(20)], async (ledger) => {
          // A ledger that answers at once may use its answer again, so it is read before the next question.
          const answers = Array.from({ length: 100 }, () => {
            const taken = ledger.take('key', 1)
            return isThenable(taken) ? taken.then(({ admitted }) => admitted) : (taken as Taken).admitted
          })
          expect((await Promise.all(answers)).filter(Boolean).length).toBe(20)
        }),
      )

      test(
        'gives back what was taken and never more, and charges beyond the limit',
        withLedger([policy(10)], async (ledger) => {
          await ledger.take('key', 6)
          await ledger.adjust('key', -4)
          expect((await ledger.take('key', 0)).standings[0]!.remaining).toBe(8)
          await ledger.adjust('key', -1000)
          expect((await ledger.take('key', 0)).standings[0]!.remaining).toBe(10)
          await ledger.adjust('key', 25)
          expect((await ledger.take('key', 1)).admitted).toBe(false)
          await ledger.adjust('key', -20)
          expect((await ledger.take('key', 5)).admitted).toBe(true)
          expect((await ledger.take('key', 1)).admitted).toBe(false)
        }),
      )

      test(
        'gives back and charges any number',
        withLedger([policy(10)], async (ledger) => {
          for (let difference = -12; difference <= 4; difference++) {
            const key = `by ${difference}`
            await ledger.take(key, 5)
            await ledger.adjust(key, difference)
            const { remaining } = (await ledger.take(key, 0)).standings[0]!
            expect([difference, remaining]).toEqual([difference, Math.min(10, 5 - difference)])
          }
        }),
      )
    })
  }

  if (!kinds) severalContract(runner, withLedger, Object.values(policies))

  test(
    'a name is opened once, and two names do not share records',
    withStore(async (store) => {
      const name = nextName()
      const one = [policies['fixed window']!(1)]
      const first = store.open({ name, policies: one })
      const second = store.open({ name: `${name}-b`, policies: one })
      expect((await first.take('key', 1)).admitted).toBe(true)
      expect((await second.take('key', 1)).admitted).toBe(true)
      let code: unknown
      try {
        store.open({ name, policies: one })
      } catch (error) {
        code = (error as { code?: unknown }).code
      }
      expect(code).toBe('ERR_RATE_LIMIT_NAME_TAKEN')
    }),
  )
}

function severalContract(
  { test, expect }: ContractRunner,
  withLedger: WithLedger,
  policies: readonly ((limit: number) => Policy)[],
): void {
  test(
    'several policies are taken from together, or not at all',
    withLedger(
      policies.map((policy, index) => ({ ...policy(2 + index), name: `policy-${index}` })),
      async (ledger) => {
        expect((await ledger.take('key', 2)).admitted).toBe(true)
        const { admitted, standings } = await ledger.take('key', 1)
        expect(admitted).toBe(false)
        expect(standings.map(({ remaining }) => remaining)).toEqual([0, 1, 2])
        expect(standings.map(({ retryInMs }) => retryInMs > 0)).toEqual([true, false, false])
      },
    ),
  )

  for (const windowed of [fixedWindow, slidingWindow]) {
    test(
      `${windowed.name}: what is used comes back when the window is over, and not before`,
      withLedger([windowed({ limit: 2, window: '200ms' })], async (ledger) => {
        const begin = performance.now()
        let admitted = 0
        while (admitted < 6) {
          if ((await ledger.take('key', 1)).admitted) admitted++
          await new Promise((resolve) => setImmediate(resolve))
        }
        // Three times two: of fixed windows, the first and the last can be cut short.
        expect(performance.now() - begin).toBeGreaterThanOrEqual(windowed === slidingWindow ? 399 : 199)
      }),
    )
  }

  test(
    'what is used comes back with time',
    withLedger([tokenBucket({ capacity: 1, refillPerSecond: 100 })], async (ledger) => {
      const begin = performance.now()
      let admitted = 0
      while (admitted < 5) {
        if ((await ledger.take('key', 1)).admitted) admitted++
        // Lets timers and sockets have their turn where the ledger answers at once.
        await new Promise((resolve) => setImmediate(resolve))
      }
      expect(performance.now() - begin).toBeGreaterThanOrEqual(38)
    }),
  )
}

function isAscending(...values: number[]): boolean {
  return values.every((value, index) => index === 0 || values[index - 1]! <= value)
}
