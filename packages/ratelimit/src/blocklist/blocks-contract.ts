import type { Awaitable } from '@ashlar/core'
import type { ContractRunner } from '@ashlar/core/contract'

import type { BlockStore } from './block-store.ts'

/** Two views of one fresh store, as two processes would have them, and how to close both. */
export type OpenBlocks = () => Awaitable<{
  readonly one: BlockStore
  readonly other: BlockStore
  close?(): Awaitable<void>
}>

/** What every `BlockStore` must do. */
export function blocksContract({ describe, test, expect }: ContractRunner, open: OpenBlocks): void {
  describe('a store of blocks', () => {
    const withStore = (body: (one: BlockStore, other: BlockStore) => Promise<void>) => async () => {
      const { one, other, close } = await open()
      try {
        await body(one, other)
      } finally {
        await close?.()
      }
    }
    const sorted = async (store: BlockStore): Promise<unknown> =>
      [...(await store.load())].sort((a, b) => (a.target < b.target ? -1 : 1))

    test(
      'keeps what was put until it is removed, whatever is in it',
      withStore(async (one, other) => {
        const until = Date.now() + 60_000
        const lasting = { target: 'address 192.0.2.1', until: undefined }
        const ending = { target: 'principal https://issuer.example\nO\'Brien "ä"', until }
        expect(await one.load()).toEqual([])
        await one.put(lasting)
        await one.put(ending)
        expect(await sorted(other)).toEqual([lasting, ending])
        await other.remove(lasting.target)
        await other.remove('address 198.51.100.1')
        expect(await sorted(one)).toEqual([ending])
      }),
    )

    test(
      'replaces a block of the same target',
      withStore(async (one, other) => {
        const target = 'address 192.0.2.1'
        const until = Date.now() + 60_000
        await one.put({ target, until: undefined })
        await other.put({ target, until })
        expect(await one.load()).toEqual([{ target, until }])
        await one.put({ target, until: undefined })
        expect(await other.load()).toEqual([{ target, until: undefined }])
      }),
    )

    test(
      'many can be put at once',
      withStore(async (one, other) => {
        const targets = Array.from({ length: 50 }, (_, index) => `address 192.0.2.${index}`)
        await Promise.all(targets.map((target, index) => (index % 2 ? one : other).put({ target, until: undefined })))
        expect((await one.load()).length).toBe(50)
      }),
    )
  })
}
