import type { ContractRunner } from '../contract/contract-runner.ts'
import type { Awaitable } from '../time/awaitable.ts'
import type { ReplayStore } from './replays.ts'

/** Two views of one fresh store, as two processes would have them, and how to close both. */
export type OpenReplays = () => Awaitable<{
  readonly one: ReplayStore
  readonly other: ReplayStore
  close?(): Awaitable<void>
}>

/** What every `ReplayStore` must do. */
export function replaysContract({ describe, test, expect }: ContractRunner, open: OpenReplays): void {
  describe('what may be used once', () => {
    test('is claimed once, whoever claims it', async () => {
      const { one, other, close } = await open()
      const until = Date.now() + 60_000
      expect(await one.claim('a', until)).toBe(true)
      expect(await one.claim('a', until)).toBe(false)
      expect(await other.claim('a', until)).toBe(false)
      expect(await other.claim('b', until)).toBe(true)
      await close?.()
    })

    test('is claimed by one of many that claim it at once', async () => {
      const { one, other, close } = await open()
      const until = Date.now() + 60_000
      const claims = await Promise.all(
        Array.from({ length: 50 }, async (_, index) => (index % 2 ? one : other).claim('a', until)),
      )
      expect(claims.filter(Boolean).length).toBe(1)
      await close?.()
    })

    test('can be claimed again when it has ended', async () => {
      const { one, other, close } = await open()
      await one.claim('a', Date.now() + 5)
      while (!(await other.claim('a', Date.now() + 60_000))) await new Promise((resolve) => setImmediate(resolve))
      expect(await one.claim('a', Date.now() + 60_000)).toBe(false)
      await close?.()
    })

    test('is told apart by its whole name, exactly', async () => {
      const { one, other, close } = await open()
      const until = Date.now() + 60_000
      const names = ['a', 'A', 'a ', 'a:b', 'a%', 'a*', 'á', 'x'.repeat(300), `${'x'.repeat(299)}y`]
      for (const name of names) expect([name, await one.claim(name, until)]).toEqual([name, true])
      for (const name of names) expect([name, await other.claim(name, until)]).toEqual([name, false])
      await close?.()
    })

    test('can not be claimed when it has ended already, and not until a time that is none', async () => {
      const { one, other, close } = await open()
      for (const until of [Date.now() - 1, 0, Math.floor(Date.now() / 1000), Number.NaN]) {
        expect([until, await one.claim('a', until)]).toEqual([until, false])
      }
      expect(await other.claim('a', Date.now() + 60_000)).toBe(true)
      await close?.()
    })
  })
}
