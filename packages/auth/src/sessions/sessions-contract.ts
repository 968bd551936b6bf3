import type { Awaitable } from '@ashlar/core'
import type { ContractRunner } from '@ashlar/core/contract'

import type { SessionRecord, SessionStore } from './session-record.ts'

/** Two views of one fresh store, as two processes would have them, and how to close both. */
export type OpenSessions = () => Awaitable<{
  readonly one: SessionStore
  readonly other: SessionStore
  close?(): Awaitable<void>
}>

/** What every `SessionStore` must do. */
export function sessionsContract({ describe, test, expect }: ContractRunner, open: OpenSessions): void {
  describe('a store of sessions', () => {
    const withStore = (body: (one: SessionStore, other: SessionStore) => Promise<void>) => async () => {
      const { one, other, close } = await open()
      try {
        await body(one, other)
      } finally {
        await close?.()
      }
    }
    const record = (more: Partial<SessionRecord> = {}): SessionRecord => ({
      id: 'ses_1',
      subject: 'ada',
      roles: [],
      scopes: ['orders:read'],
      authenticatedAt: Date.now(),
      expiresAt: Date.now() + 600_000,
      seenAt: Date.now(),
      ...more,
    })
    const soon = (): number => Date.now() + 60_000

    test(
      'what one inserts, the other finds as it was',
      withStore(async (one, other) => {
        const full = record({
          issuer: 'i',
          tier: 't',
          acr: 'mfa',
          amr: ['pwd'],
          claims: { 'naïve "key"': [1, { a: null }] },
        })
        await one.insert('hash-1', full, soon())
        expect(await other.find('hash-1')).toEqual(full)
        for (const hash of ['hash-2', '', '__proto__']) expect(await other.find(hash)).toBeUndefined()
      }),
    )

    test(
      'touch sets when it was seen, and brings nothing back',
      withStore(async (one, other) => {
        const first = record()
        await one.insert('hash-1', first, soon())
        await other.touch('hash-1', first.seenAt + 5000, soon())
        expect(await one.find('hash-1')).toEqual({ ...first, seenAt: first.seenAt + 5000 })
        await one.remove('hash-1')
        await other.touch('hash-1', first.seenAt + 6000, soon())
        expect(await one.find('hash-1')).toBeUndefined()
      }),
    )

    test(
      'remove ends one, removeSubject all of a subject',
      withStore(async (one, other) => {
        for (const [hash, subject] of [
          ['a', 'ada'],
          ['b', 'ada'],
          ['c', 'ada'],
          ['d', 'bob'],
        ] as const)
          await one.insert(hash, record({ subject }), soon())
        await other.remove('a')
        await other.remove('none')
        expect(await one.find('a')).toBeUndefined()
        await other.removeSubject('ada')
        await other.removeSubject('nobody')
        expect(await Promise.all(['b', 'c'].map((hash) => one.find(hash)))).toEqual([undefined, undefined])
        expect((await one.find('d'))?.subject).toBe('bob')
      }),
    )

    test(
      'a session is gone when it may be forgotten; touch puts that off',
      withStore(async (one, other) => {
        await one.insert('short', record(), Date.now() + 5)
        await one.insert('kept', record(), Date.now() + 5000)
        await one.touch('kept', Date.now(), soon())
        while (await other.find('short')) await new Promise((resolve) => setImmediate(resolve))
        expect(await other.find('kept')).toBeDefined()
      }),
    )
  })
}
