import type { Awaitable } from '@ashlar/core'
import type { ContractRunner } from '@ashlar/core/contract'

import type { Revocation, RevocationStore } from './revocation.ts'

const issuer = 'https://issuer.example'
const later = (): number => Date.now() + 60_000

const token = (id: string, until = later()): Revocation => ({ kind: 'token', issuer, id, until })

/** Two views of one fresh store, as two processes would have them, and how to close both. */
export type OpenRevocations = () => Awaitable<{
  readonly one: RevocationStore
  readonly other: RevocationStore
  close?(): Awaitable<void>
}>

/** What every `RevocationStore` must do. */
export function revocationsContract({ describe, test, expect }: ContractRunner, open: OpenRevocations): void {
  describe('a store of revocations', () => {
    const withStore = (body: (one: RevocationStore, other: RevocationStore) => Promise<void>) => async () => {
      const { one, other, close } = await open()
      try {
        await body(one, other)
      } finally {
        await close?.()
      }
    }

    test(
      'an empty store has nothing, and a cursor',
      withStore(async (one) => {
        const { revocations, cursor } = await one.since(undefined)
        expect(revocations).toEqual([])
        expect(typeof cursor).toBe('string')
      }),
    )

    test(
      'what one adds, the other sees, once and in order',
      withStore(async (one, other) => {
        const { cursor } = await other.since(undefined)
        const added: Revocation[] = [
          token('a'),
          { kind: 'session', issuer, id: 's', until: later() },
          { kind: 'subject', issuer, id: 'u', before: 1_700_000_000_000, until: later() },
          { kind: 'client', issuer, id: 'c', before: 1_700_000_000_001, until: later() },
        ]
        for (const revocation of added) await one.add(revocation)
        const seen = await other.since(cursor)
        expect(seen.revocations).toEqual(added)
        expect((await other.since(seen.cursor)).revocations).toEqual([])
      }),
    )

    test(
      'who comes later sees everything',
      withStore(async (one, other) => {
        await one.add(token('a'))
        await one.add(token('b'))
        expect((await other.since(undefined)).revocations.map(({ id }) => id)).toEqual(['a', 'b'])
      }),
    )

    test(
      'nothing is skipped while many add at once',
      withStore(async (one, other) => {
        const seen = new Set<string>()
        let cursor: string | undefined
        const look = async (): Promise<void> => {
          const fresh = await other.since(cursor)
          cursor = fresh.cursor
          for (const { id } of fresh.revocations) seen.add(id)
        }
        const adding = Promise.all(
          Array.from({ length: 100 }, (_, index) => (index % 2 ? one : other).add(token(`t${index}`))),
        )
        for (let round = 0; round < 10; round++) await look()
        await adding
        await look()
        expect(seen.size).toBe(100)
      }),
    )

    test(
      'texts come back as they were',
      withStore(async (one, other) => {
        const strange = token('a\n\r\t"\'\\|,:\u0000é€😀'.replace('\u0000', ''))
        await one.add(strange)
        expect((await other.since(undefined)).revocations).toEqual([strange])
      }),
    )

    test(
      'whoever watches is told, also of what another added',
      withStore(async (one, other) => {
        if (!other.watch) return
        let stop = (): void => {}
        const told = new Promise<void>((resolve) => {
          stop = other.watch!(resolve)
        })
        const adding = setInterval(() => void one.add(token('a')), 50)
        await told
        clearInterval(adding)
        stop()
      }),
    )

    test(
      'one that is closed tells nobody any more, and can be closed again',
      withStore(async (one, other) => {
        if (!one.watch || !other.watch) return
        let here = 0
        let there = 0
        const stops = [one.watch(() => here++), other.watch(() => there++)]
        // Both listen, however long it takes until they do.
        while (here === 0 || there === 0) {
          await one.add(token('a'))
          await new Promise((resolve) => setImmediate(resolve))
        }
        await one.close?.()
        await one.close?.()
        if (!one.close) stops[0]!()
        const stopLate = one.close ? one.watch(() => here++) : () => {}
        here = 0
        there = 0
        while (there === 0) {
          await other.add(token('b'))
          await new Promise((resolve) => setImmediate(resolve))
        }
        expect(here).toBe(0)
        for (const stop of [...stops, stopLate]) stop()
      }),
    )
  })
}
