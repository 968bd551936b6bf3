import { type AnyGuard, type Principal, UnavailableError } from '@ashlar/core'
import { fakeClock, testRequest } from '@ashlar/testkit'
import { describe, expect, jest, test } from '@jest/globals'

import { accessControl, grantedRoles, memoryRoleGrants } from '../../src/index.ts'
import { FRAMEWORKS, fromHeaders, principalOf, thenable } from '../apps.ts'

const { permit, can, activate } = accessControl({
  roles: {
    payer: { permissions: ['payments:create'] },
    approver: { permissions: ['payments:approve'] },
    clerk: { permissions: ['payments:read'] },
    auditor: { permissions: ['books:read'] },
  },
  separation: [
    { kind: 'dynamic', roles: ['payer', 'approver'] },
    { kind: 'static', roles: ['auditor', 'clerk'] },
  ],
})

describe.each(FRAMEWORKS)('roles granted for a time in %s', (_name, serve) => {
  test('count from their beginning until their end', async () => {
    const clock = fakeClock()
    const grants = memoryRoleGrants()
    const start = clock.now() + 1000
    grants.grant({ subject: 'alice' }, { role: 'payer', from: start, until: start + 1000 })
    grants.grant({ subject: 'bob' }, { role: 'approver' })
    const server = await serve(
      { 'POST /payments': [permit('payments:create')], 'POST /approvals': [permit('payments:approve')] },
      [fromHeaders, grantedRoles(grants, { clock })] as AnyGuard[],
    )
    const status = async (path = '/payments') => (await server.call(path, { method: 'POST' })).status
    try {
      expect(await status()).toBe(403)
      clock.set(start)
      expect(await status()).toBe(200)
      expect(await status('/approvals')).toBe(403)
      clock.set(start + 999)
      expect(await status()).toBe(200)
      clock.set(start + 1000)
      expect(await status()).toBe(403)
      grants.grant({ subject: 'alice' }, { role: 'payer' })
      expect(await status()).toBe(200)
      grants.revoke({ subject: 'alice' }, 'payer')
      expect(await status()).toBe(403)
    } finally {
      await server.close()
    }
  })

  test('a source that fails refuses, and never passes', async () => {
    const server = await serve({ 'POST /payments': [permit('payments:create')] }, [
      fromHeaders,
      grantedRoles(() => Promise.reject(new Error('no database'))),
    ] as AnyGuard[])
    try {
      expect((await server.call('/payments', { method: 'POST', headers: { 'x-roles': 'payer' } })).status).toBe(503)
    } finally {
      await server.close()
    }
  })
})

describe('granted roles', () => {
  const roles = (guard: AnyGuard, principal: Principal): readonly string[] | 'same' => {
    const verdict = guard.check(testRequest(), { principal } as never)
    if (verdict instanceof Promise || verdict.kind !== 'allow') throw new Error('expected to pass at once')
    return (verdict.state as { principal?: Principal } | undefined)?.principal?.roles ?? 'same'
  }

  test('stand beside those of the credential, or replace them', () => {
    expect(
      roles(
        grantedRoles(() => ['payer']),
        principalOf(['clerk']),
      ),
    ).toEqual(['clerk', 'payer'])
    expect(
      roles(
        grantedRoles(() => ['payer'], { credentialRoles: 'replace' }),
        principalOf(['clerk']),
      ),
    ).toEqual(['payer'])
    expect(
      roles(
        grantedRoles(() => [], { credentialRoles: 'replace' }),
        principalOf(['clerk']),
      ),
    ).toEqual([])
    expect(
      roles(
        grantedRoles(() => []),
        principalOf(['clerk']),
      ),
    ).toBe('same')
  })

  test('belong to a subject of an issuer', () => {
    const grants = memoryRoleGrants()
    grants.grant({ subject: 'alice', issuer: 'https://a.example' }, { role: 'payer' })
    expect(roles(grantedRoles(grants), principalOf([], { issuer: 'https://a.example' }))).toEqual(['payer'])
    expect(roles(grantedRoles(grants), principalOf([], { issuer: 'https://b.example' }))).toBe('same')
    expect(roles(grantedRoles(grants), principalOf([]))).toBe('same')
  })

  test('come from any thenable', async () => {
    const source = () => thenable(['payer'])
    const verdict = await grantedRoles(source).check(testRequest(), { principal: principalOf([]) })
    expect(verdict).toMatchObject({ kind: 'allow', state: { principal: { roles: ['payer'] } } })
  })

  test('are unavailable where their source fails or answers nonsense', async () => {
    const answered = async (answer: unknown) =>
      grantedRoles((() => answer) as never).check(testRequest(), { principal: principalOf(['clerk']) })
    for (const wrong of [undefined, null, 'payer', { 0: 'payer', length: 1 }, [null], [7], [{ rle: 'payer' }]]) {
      await expect(answered(wrong)).rejects.toBeInstanceOf(UnavailableError)
    }
    for (const until of [null, '2030', Number.NaN, 1_900_000_000]) {
      await expect(answered([{ role: 'payer', until }])).rejects.toBeInstanceOf(UnavailableError)
    }
    const failing = () => {
      throw new Error('no database')
    }
    expect(() => grantedRoles(failing).check(testRequest(), { principal: principalOf([]) })).toThrow(UnavailableError)
  })

  test('are given up after the deadline', async () => {
    jest.useFakeTimers()
    try {
      const guard = grantedRoles(() => new Promise(() => {}), { timeout: '50ms' })
      const answer = expect(guard.check(testRequest(), { principal: principalOf([]) })).rejects.toThrow(
        'The source of roles did not answer in time.',
      )
      await jest.advanceTimersByTimeAsync(50)
      await answer
    } finally {
      jest.useRealTimers()
    }
  })

  test('are checked at start-up', () => {
    expect(() => grantedRoles({} as never)).toThrow(
      'must be an object with grantsOf(), such as memoryRoleGrants(), or a function',
    )
    expect(() => grantedRoles(() => [], { credentialRoles: 'drop' as never })).toThrow('"credentialRoles"')
    expect(() => grantedRoles(() => [], { clok: 1 } as never)).toThrow('Did you mean "clock"?')
  })
})

test('roles that exclude one another dynamically are used one at a time', () => {
  const both = principalOf(['payer', 'approver'])
  expect(can(both, 'payments:create')).toBe(false)
  const payer = activate(both, ['payer'])
  expect([can(payer, 'payments:create'), can(payer, 'payments:approve')]).toEqual([true, false])
  const approver = activate(both, ['approver', 'admin'])
  expect([can(approver, 'payments:create'), can(approver, 'payments:approve')]).toEqual([false, true])
  expect(can(activate(both, ['payer', 'approver']), 'payments:create')).toBe(false)
})

test('choosing does not get round a static exclusion', () => {
  const both = principalOf(['auditor', 'clerk'])
  expect(can(activate(both, ['clerk']), 'payments:read')).toBe(false)
  expect(can(activate(principalOf(['clerk']), ['clerk']), 'payments:read')).toBe(true)
})
