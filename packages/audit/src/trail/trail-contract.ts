import type { Awaitable } from '@ashlar/core'
import type { ContractRunner } from '@ashlar/core/contract'

import type { AuditEvent, AuditRecord } from '../event/audit-event.ts'
import type { Trail } from './trail.ts'

/** A fresh trail, and its records so far, in the order of their numbers. */
export type OpenTrail = () => Awaitable<{
  readonly trail: Trail
  records(): Awaitable<readonly AuditRecord[]>
}>

const EVENT: AuditEvent = { name: 'sensitive_update', outcome: 'success', requestId: 'request-1' }

/**
 * What every `Trail` must do, as tests.
 * @example trailContract({ describe, test, expect }, async () => ({ trail: await myTrail(), records: () => myRecords() }))
 */
export function trailContract({ describe, test, expect }: ContractRunner, open: OpenTrail): void {
  const codeOf = (error: unknown): unknown => (error as { readonly code?: unknown }).code
  const failure = (attempt: Promise<unknown>): Promise<unknown> => attempt.then(() => 'none', codeOf)

  describe('an audit trail', () => {
    test('numbers records from 1 without gaps, each with the hash of the one before', async () => {
      const { trail, records } = await open()
      const receipts = await Promise.all(Array.from({ length: 50 }, () => trail.record(EVENT)))
      expect(receipts.map(({ seq }) => seq)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1))
      await trail.close()
      const written = await records()
      expect(written.map(({ seq }) => seq)).toEqual(receipts.map(({ seq }) => seq))
      expect(written.slice(1).map(({ prev }) => prev)).toEqual(written.slice(0, -1).map(({ hash }) => hash))
    })

    test('writes what is announced, and its end', async () => {
      const { trail, records } = await open()
      const intent = await trail.intend(EVENT)
      await intent.complete({ ...EVENT, outcome: 'failure' })
      await trail.close()
      const [begun, ended] = await records()
      expect([begun?.name, begun?.outcome, begun?.seq]).toEqual(['operation_intended', 'intended', intent.receipt.seq])
      expect([ended?.name, ended?.outcome, ended?.intent]).toEqual(['operation_completed', 'failure', begun?.seq])
      expect(ended?.details?.['event']).toBe('sensitive_update')
    })

    test('ends an operation once', async () => {
      const { trail, records } = await open()
      const intent = await trail.intend(EVENT)
      const ends = [intent.complete(EVENT), intent.complete(EVENT)].map(failure)
      expect(await Promise.all(ends)).toEqual(['none', 'ERR_EVENT_INVALID'])
      expect(await failure(intent.complete(EVENT))).toBe('ERR_EVENT_INVALID')
      await trail.close()
      expect((await records()).length).toBe(2)
    })

    test('refuses what is no event, and what only the trail itself records', async () => {
      const { trail, records } = await open()
      const wrong: readonly unknown[] = [null, {}, { ...EVENT, name: 'trail_pruned' }, { ...EVENT, outcome: 'perhaps' }]
      for (const event of wrong) {
        expect(await failure(trail.record(event as AuditEvent))).toBe('ERR_EVENT_INVALID')
        expect(await failure(trail.intend(event as AuditEvent))).toBe('ERR_EVENT_INVALID')
      }
      await trail.close()
      expect(await records()).toEqual([])
    })

    test('holds no secret that was recorded', async () => {
      const { trail, records } = await open()
      await trail.record({ ...EVENT, reason: 'login with password=planted', details: { password: 'planted' } })
      await trail.close()
      expect(JSON.stringify(await records()).includes('planted')).toBe(false)
    })

    test('closes once, writes what was waiting, and records nothing after that', async () => {
      const { trail, records } = await open()
      const intent = await trail.intend(EVENT)
      const waiting = trail.record(EVENT)
      const [one, another] = [trail.close(), trail.close()]
      expect(one === another).toBe(true)
      await one
      await trail[Symbol.asyncDispose]?.()
      expect((await waiting).seq).toBe(2)
      expect(await failure(trail.record(EVENT))).toBe('ERR_DEPENDENCY_UNAVAILABLE')
      expect(await failure(trail.intend(EVENT))).toBe('ERR_DEPENDENCY_UNAVAILABLE')
      expect(await failure(intent.complete(EVENT))).toBe('ERR_DEPENDENCY_UNAVAILABLE')
      expect((await records()).length).toBe(2)
    })
  })
}
