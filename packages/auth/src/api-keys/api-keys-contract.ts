import type { Awaitable } from '@ashlar/core'
import type { ContractRunner } from '@ashlar/core/contract'

import type { ApiKeyRecord, ApiKeyStore } from './api-key-record.ts'

let made = 0

function record(more: Partial<ApiKeyRecord> = {}): ApiKeyRecord {
  const number = ++made
  return {
    id: `key_${number}`,
    hash: `hash-${number}`,
    environment: 'live',
    subject: 'shop',
    roles: ['trader'],
    scopes: ['orders:read', 'orders:write'],
    createdAt: 1_700_000_000_000 + number,
    ...more,
  }
}

/** A fresh store, and how to close it. */
export type OpenApiKeys = () => Awaitable<{
  readonly store: ApiKeyStore
  close?(): Awaitable<void>
}>

/** What every `ApiKeyStore` must do. */
export function apiKeysContract({ describe, test, expect }: ContractRunner, open: OpenApiKeys): void {
  describe('a store of API keys', () => {
    const withStore = (body: (store: ApiKeyStore) => Promise<void>) => async () => {
      const { store, close } = await open()
      try {
        await body(store)
      } finally {
        await close?.()
      }
    }

    test(
      'a record comes back as it was, by its hash only',
      withStore(async (store) => {
        const small = record()
        const full = record({
          name: 'Søren’s "key"; -- \\',
          tier: 'premium',
          claims: { region: 'eu', limits: [1, 2, { burst: 3 }] },
          expiresAt: 1_900_000_000_000,
          replaces: small.id,
        })
        await store.insert(small)
        await store.insert(full)
        expect(await store.find(small.hash)).toEqual(small)
        expect(await store.find(full.hash)).toEqual(full)
        for (const other of ['', 'hash', full.id, '__proto__', 'constructor', "' OR 1=1"])
          expect(await store.find(other)).toBeUndefined()
      }),
    )

    test(
      'no record takes the place of another',
      withStore(async (store) => {
        const first = record()
        await store.insert(first)
        await expect((async () => store.insert({ ...record(), hash: first.hash }))()).rejects.toBeDefined()
        await expect((async () => store.insert({ ...record(), id: first.id }))()).rejects.toBeDefined()
        expect(await store.find(first.hash)).toEqual(first)
        expect((await store.list('shop')).length).toBe(1)
      }),
    )

    test(
      'list: those of the subject, also ended ones, oldest first',
      withStore(async (store) => {
        const [one, two, other] = [record(), record(), record({ subject: 'other' })]
        await store.insert(two)
        await store.insert(one)
        await store.insert(other)
        await store.revoke(two.id, 1_800_000_000_000)
        expect(await store.list('shop')).toEqual([one, { ...two, revokedAt: 1_800_000_000_000 }])
        expect(await store.list('nobody')).toEqual([])
      }),
    )

    test(
      'revoke: once, and for what is there',
      withStore(async (store) => {
        const one = record()
        await store.insert(one)
        expect(await store.revoke(one.id, 1_800_000_000_000)).toBe(true)
        expect(await store.revoke(one.id, 1_800_000_000_001)).toBe(false)
        expect(await store.revoke('key_none', 1)).toBe(false)
        expect(await store.find(one.hash)).toEqual({ ...one, revokedAt: 1_800_000_000_000 })
      }),
    )

    test(
      'replace: the old one ends at its time, or earlier if it would',
      withStore(async (store) => {
        const [one, short] = [record(), record({ expiresAt: 1_800_000_000_500 })]
        await store.insert(one)
        await store.insert(short)
        const [next, last] = [record({ replaces: one.id }), record()]
        expect(await store.replace(one.id, 1_800_000_001_000, next, 1_800_000_000_000)).toBe(true)
        expect(await store.replace(short.id, 1_800_000_001_000, last, 1_800_000_000_000)).toBe(true)
        expect(await store.find(one.hash)).toEqual({ ...one, expiresAt: 1_800_000_001_000 })
        expect(await store.find(short.hash)).toEqual(short)
        expect(await store.find(next.hash)).toEqual(next)
      }),
    )

    test(
      'replace: nothing happens where there is nothing to replace',
      withStore(async (store) => {
        const [revoked, expired] = [record(), record({ expiresAt: 1_800_000_000_000 })]
        await store.insert(revoked)
        await store.insert(expired)
        await store.revoke(revoked.id, 1)
        for (const id of [revoked.id, expired.id, 'key_none']) {
          const next = record()
          expect(await store.replace(id, 1_800_000_001_000, next, 1_800_000_000_000)).toBe(false)
          expect(await store.find(next.hash)).toBeUndefined()
        }
      }),
    )

    test(
      'of many that replace one key, with no overlap, one does',
      withStore(async (store) => {
        const one = record()
        await store.insert(one)
        const now = 1_800_000_000_000
        const done = await Promise.all(Array.from({ length: 10 }, () => store.replace(one.id, now, record(), now)))
        expect(done.filter(Boolean).length).toBe(1)
        expect((await store.list('shop')).length).toBe(2)
      }),
    )

    test(
      'touch: the latest use is kept, an unknown key is no error',
      withStore(async (store) => {
        const [one, two] = [record(), record()]
        await store.insert(one)
        await store.insert(two)
        await store.touch(
          new Map([
            [one.id, 2000],
            ['key_none', 2000],
          ]),
        )
        await store.touch(new Map([[one.id, 1000]]))
        await store.touch(new Map())
        expect(await store.list('shop')).toEqual([{ ...one, lastUsedAt: 2000 }, two])
      }),
    )
  })
}
