import { recordEvents } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'

import { memoryRoleGrants } from '../../src/index.ts'

const SOON = Date.UTC(2030, 0, 1)

describe('role grants in memory', () => {
  test('are one a role, and those of one holder alone', () => {
    const grants = memoryRoleGrants()
    grants.grant({ subject: 'ada', issuer: 'https://i' }, { role: 'payer', until: SOON })
    grants.grant({ subject: 'ada', issuer: 'https://i' }, { role: 'payer' })
    grants.grant({ subject: 'https://iada' }, { role: 'clerk' })
    expect(grants.grantsOf({ subject: 'ada', issuer: 'https://i' })).toEqual([{ role: 'payer' }])
    expect(grants.grantsOf({ subject: 'https://iada' })).toEqual([{ role: 'clerk' }])
    grants.revoke({ subject: 'ada', issuer: 'https://i' }, 'payer')
    expect(grants.grantsOf({ subject: 'ada', issuer: 'https://i' })).toEqual([])
  })

  test.each([
    [{ subject: 'a' }, {}],
    [{ subject: 'a' }, { role: '' }],
    [{ subject: 'a' }, { role: 7 }],
    [{ subject: 'a' }, { role: 'payer', until: null }],
    [{ subject: 'a' }, { role: 'payer', until: Number.NaN }],
    [{ subject: 'a' }, { role: 'payer', until: SOON / 1000 }],
    [{ subject: 'a' }, { role: 'payer', from: '2030-01-01' }],
    [{ subject: 'a' }, { role: 'payer', untill: SOON }],
    [{}, { role: 'payer' }],
    ['a', { role: 'payer' }],
  ])('%j is not granted %j', (holder, grant) => {
    const grants = memoryRoleGrants()
    expect(() => grants.grant(holder as never, grant as never)).toThrow(/^grant\(\): /)
  })

  test('tell of what they do', () => {
    const recorder = recordEvents()
    const grants = memoryRoleGrants()
    grants.grant({ subject: 'ada', issuer: 'https://i' }, { role: 'payer' })
    grants.revoke({ subject: 'ada', issuer: 'https://i' }, 'payer')
    grants.revoke({ subject: 'ada', issuer: 'https://i' }, 'payer')
    recorder.stop()
    const event = {
      name: 'authz_change',
      by: 'role grants',
      outcome: 'success',
      subject: { subject: 'ada', issuer: 'https://i' },
      object: { kind: 'role', id: 'payer' },
    }
    expect(recorder.events).toMatchObject([
      { ...event, reason: 'the role was granted' },
      { ...event, reason: 'the role was revoked' },
    ])
    expect(() => grants.revoke({ subject: 'ada' }, undefined as never)).toThrow('revoke(): "role" is required')
  })
})
