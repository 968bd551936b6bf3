import type { ContractRunner } from '../contract-runner.ts'
import type { ReplayStore } from './replay-store.ts'

/**
 * What every `ReplayStore` must do.
 * @param open two views of one fresh store, as two processes would have them, and how to close both
 */
export function replayStoreContract(
  { test, expect }: ContractRunner,
  open: () => Promise<{ readonly one: ReplayStore; readonly other: ReplayStore; close(): Promise<void> }>,
): void {
  test('a name is claimed once, whoever claims it', async () => {
    const { one, other, close } = await open()
    const until = Date.now() + 60_000
    expect(await one.claim('a', until)).toBe(true)
    expect(await one.claim('a', until)).toBe(false)
    expect(await other.claim('a', until)).toBe(false)
    expect(await other.claim('b', until)).toBe(true)
    await close()
  })

  test('of many that claim one name at once, one succeeds', async () => {
    const { one, other, close } = await open()
    const until = Date.now() + 60_000
    const claims = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => (index % 2 ? one : other).claim('a', until)),
    )
    expect(claims.filter(Boolean).length).toBe(1)
    await close()
  })

  test('what has ended can be claimed again', async () => {
    const { one, other, close } = await open()
    await one.claim('a', Date.now() + 5)
    while (!(await other.claim('a', Date.now() + 60_000))) await new Promise((resolve) => setImmediate(resolve))
    expect(await one.claim('a', Date.now() + 60_000)).toBe(false)
    await close()
  })
}
