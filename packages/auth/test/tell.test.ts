import { publishEvent, type SecurityEvent } from '@ashlar/core'
import { recordEvents } from '@ashlar/testkit'
import { afterEach, beforeEach, expect, test } from '@jest/globals'

import { apiKeys, memoryApiKeys, memoryRevocations, memorySessions, revocations, sessions } from '../src/index.ts'

let recorder = recordEvents()
recorder.stop()
beforeEach(() => {
  recorder = recordEvents()
})
afterEach(() => recorder.stop())

/** What was told, without the time. */
const told = (): unknown[] => (recorder.events as SecurityEvent[]).map(({ time: _, ...event }) => event)
const down = () => Promise.reject(new Error('down'))

test('keys that are issued, rotated and revoked are told of, without the key', async () => {
  const keys = apiKeys({ store: memoryApiKeys() })
  const { record, key } = await keys.issue({ subject: 'ada' })
  const rotated = await keys.rotate(record.id, 'ada')
  await keys.rotate('unknown', 'ada')
  await keys.revoke(record.id)
  await keys.revoke('unknown')
  const subject = { subject: 'ada' }
  const common = { by: 'api keys', outcome: 'success' }
  expect(told()).toEqual([
    {
      ...common,
      name: 'authn_token_created',
      reason: 'a key was issued',
      subject,
      object: { kind: 'api-key', id: record.id },
    },
    {
      ...common,
      name: 'authn_token_created',
      reason: 'a key was rotated',
      subject,
      object: { kind: 'api-key', id: rotated!.record.id },
    },
    { ...common, name: 'authn_token_revoked', object: { kind: 'api-key', id: record.id } },
  ])
  expect(JSON.stringify(told())).not.toContain(key)
})

test('tokens, sessions, subjects and clients that are revoked are told of', async () => {
  const ended = revocations({ store: memoryRevocations() })
  const issuer = 'https://i'
  await ended.revokeToken({ issuer, tokenId: 't' })
  await ended.revokeSession({ issuer, sessionId: 's' })
  await ended.revokeSubject({ issuer, subject: 'ada' })
  await ended.revokeClient({ issuer, clientId: 'c' })
  expect(told()).toMatchObject([
    { name: 'authn_token_revoked', by: 'revocations', outcome: 'success', object: { kind: 'token', id: 't' } },
    { object: { kind: 'session', id: 's' } },
    { subject: { subject: 'ada', issuer } },
    { object: { kind: 'client', id: 'c' } },
  ])
})

test.each([
  ['with a store', { store: memorySessions() }],
  ['in cookies alone', {}],
])('logins and logouts of sessions %s are told of', async (_, options) => {
  const kept = sessions({ keyRing: [{ id: 'one', secret: 'a secret of at least thirty-two bytes' }], ...options })
  const cookie = (await kept.login({ subject: 'ada', issuer: 'https://i' })).split(';')[0]
  await kept.logout(cookie)
  await kept.logout(undefined)
  const object = { kind: 'session', id: expect.stringMatching(/^ses_/) }
  const common = { by: 'sessions', outcome: 'success', subject: { subject: 'ada', issuer: 'https://i' }, object }
  expect(told()).toEqual([
    { ...common, name: 'authn_login_success' },
    { ...common, name: 'authn_logout' },
  ])
})

test('the end of all sessions of a subject is told of', async () => {
  const kept = sessions({
    keyRing: [{ id: 'one', secret: 'a secret of at least thirty-two bytes' }],
    store: memorySessions(),
  })
  await kept.logoutEverywhere('ada')
  expect(told()).toMatchObject([{ name: 'authn_logout', outcome: 'success', subject: { subject: 'ada' } }])
})

test('what could not be done is told as a failure, and fails', async () => {
  const keys = apiKeys({ store: { ...memoryApiKeys(), insert: down, revoke: down } })
  await expect(keys.issue({ subject: 'ada' })).rejects.toThrow()
  await expect(keys.revoke('id')).rejects.toThrow()
  const ended = revocations({ store: { ...memoryRevocations(), add: down } })
  await expect(ended.revokeSubject({ issuer: 'https://i', subject: 'ada' })).rejects.toThrow()
  const kept = sessions({
    keyRing: [{ id: 'one', secret: 'a secret of at least thirty-two bytes' }],
    store: { ...memorySessions(), insert: down, removeSubject: down },
  })
  await expect(kept.login({ subject: 'ada' })).rejects.toThrow()
  await expect(kept.logoutEverywhere('ada')).rejects.toThrow()
  expect((told() as SecurityEvent[]).map(({ outcome }) => outcome)).toEqual(Array(5).fill('failure'))
})

test('a deed of which nobody wants to know costs nothing and is done all the same', async () => {
  recorder.stop()
  await expect(apiKeys({ store: memoryApiKeys() }).issue({ subject: 'ada' })).resolves.toBeDefined()
  publishEvent({ name: 'authn_logout', by: 'x', outcome: 'success' })
  expect(recorder.events).toEqual([])
})
