import { fakeClock, testRequest } from '@ashlar/testkit'
import { beforeEach, describe, expect, test } from '@jest/globals'

import {
  type ApiKeyRecord,
  type ApiKeyStore,
  type ApiKeys,
  apiKey,
  apiKeys,
  authenticate,
  memoryApiKeys,
  type Verified,
} from '../../src/index.ts'
import { apps } from '../support/apps.ts'

const clock = fakeClock()
beforeEach(() => clock.set(Date.UTC(2026, 0, 1)))

const unavailable = expect.objectContaining({ code: 'ERR_DEPENDENCY_UNAVAILABLE' })
const good = expect.objectContaining({ kind: 'allow' })
const DAY = 86_400_000

/** A store that answers without a promise, and whatever else it is told to. */
function plainStore(more: Partial<Record<keyof ApiKeyStore, unknown>> = {}): ApiKeyStore {
  const byHash = new Map<string, ApiKeyRecord>()
  return {
    insert: (record: ApiKeyRecord) => void byHash.set(record.hash, record),
    find: (hash: string) => byHash.get(hash),
    list: (subject: string) => [...byHash.values()].filter((record) => record.subject === subject),
    revoke: () => true,
    replace: (_: string, __: number, record: ApiKeyRecord) => Boolean(byHash.set(record.hash, record)),
    touch: () => undefined,
    ...more,
  } as ApiKeyStore
}

describe('a store', () => {
  test('may answer without a promise', async () => {
    const keys = apiKeys({ store: plainStore(), clock })
    const { key, record } = await keys.issue({ subject: 'shop' })
    expect(await keys.verify(key)).toEqual(good)
    expect(await keys.rotate(record.id, 'shop')).toBeDefined()
    expect(await keys.revoke(record.id)).toBe(true)
    expect((await keys.list('shop')).length).toBe(2)
    await keys.flush()
  })

  test('may answer with a promise of another make', async () => {
    const store = plainStore()
    const later = {
      ...store,
      // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tried
      find: (hash: string) => ({ then: (done: (found: unknown) => void) => done(store.find(hash)) }),
    }
    const keys = apiKeys({ store: later as never, clock })
    const { key } = await keys.issue({ subject: 'shop' })
    expect(await keys.verify(key)).toEqual(good)
  })

  test.each(apps)('that throws at once is refused with 503, as one that rejects ($framework)', async ({ serve }) => {
    const { key } = await apiKeys({ store: memoryApiKeys() }).issue({ subject: 'shop' })
    for (const fail of [
      () => {
        throw new Error('gone')
      },
      () => Promise.reject(new Error('gone')),
    ]) {
      const server = await serve(authenticate([apiKey(apiKeys({ store: plainStore({ find: fail }) }))]))
      expect((await server.call('/', { headers: { 'x-api-key': key } })).status).toBe(503)
      await server.close()
    }
  })

  test('says why it could not be asked', async () => {
    const cause = new Error('gone')
    const keys = apiKeys({ store: plainStore({ list: () => Promise.reject(cause) }) })
    await expect(keys.list('shop')).rejects.toMatchObject({ code: 'ERR_DEPENDENCY_UNAVAILABLE', cause })
  })

  test.each([
    ['NULL for a time', { expiresAt: null }],
    ['a bigint as a text', { expiresAt: '1893456000000' }],
    ['roles as a text', { roles: 'admin' }],
    ['a time that is none', { createdAt: Number.NaN }],
    ['no subject', { subject: undefined }],
    ['claims that are none', { claims: 'x' }],
  ])('that gives back %s lets nobody in', async (_, more) => {
    const store = plainStore()
    const keys = apiKeys({ store: { ...store, find: (hash) => ({ ...store.find(hash), ...more }) as never }, clock })
    const { key } = await keys.issue({ subject: 'shop' })
    await expect(keys.verify(key)).rejects.toEqual(unavailable)
  })

  test('that gives back the record of another key lets nobody in', async () => {
    const store = plainStore()
    const other = (await apiKeys({ store, clock }).issue({ subject: 'admin' })).record
    const keys = apiKeys({ store: { ...store, find: () => other }, clock })
    expect(await keys.verify((await keys.issue({ subject: 'shop' })).key)).toBeUndefined()
  })
})

test.each([
  ['a role in place of a list', { subject: 's', roles: 'admin' }],
  ['a role that is none', { subject: 's', roles: [''] }],
  ['a list with a hole', { subject: 's', scopes: new Array(1) }],
  ['an end in seconds', { subject: 's', expiresAt: 1_800_000_000 }],
  ['an end that is a date', { subject: 's', expiresAt: new Date() }],
  ['an end that is no number', { subject: 's', expiresAt: Number.NaN }],
  ['a subject with a NUL', { subject: 'a\0b' }],
  ['half a character', { subject: '\ud800' }],
  ['claims that are a Map', { subject: 's', claims: new Map() }],
  ['claims that JSON can’t hold', { subject: 's', claims: { a: 1n } }],
  ['a name that is not known', { subject: 's', role: ['a'] }],
])('a grant with %s is refused', async (_, grant) => {
  const keys = apiKeys({ store: plainStore({ insert: () => expect(true).toBe(false) }) })
  await expect(keys.issue(grant as never)).rejects.toMatchObject({ name: 'ConfigurationError' })
})

test('what would end nothing is refused', async () => {
  const keys = apiKeys({ store: memoryApiKeys() })
  for (const wrong of [
    () => keys.revoke(undefined as never),
    () => keys.revoke({ id: 'key_1' } as never),
    () => keys.rotate(undefined as never, 'shop'),
    () => keys.rotate('key_1', '' as never),
    () => keys.rotate('key_1', 'shop', { overlap: 60 as never }),
    () => keys.rotate('key_1', 'shop', { overlapSeconds: 60 } as never),
    () => keys.list(undefined as never),
  ]) {
    await expect(wrong()).rejects.toMatchObject({ name: 'ConfigurationError' })
  }
})

test('times are whole milliseconds, which every store takes', async () => {
  const records: ApiKeyRecord[] = []
  const ends: number[] = []
  const store = memoryApiKeys()
  const keys = apiKeys({
    clock: { now: () => 1_700_000_000_000.7 },
    store: {
      ...store,
      insert(record) {
        records.push(record)
        return store.insert(record)
      },
      replace(id, endsAt, record, now) {
        ends.push(endsAt, now)
        records.push(record)
        return store.replace(id, endsAt, record, now)
      },
      touch(uses) {
        ends.push(...uses.values())
      },
    },
  })
  const { key, record } = await keys.issue({ subject: 's', expiresAt: 1_800_000_000_000.3 })
  await keys.verify(key)
  await keys.flush()
  await keys.rotate(record.id, 's', { overlap: '333.3ms' })
  const times = [...ends, ...records.flatMap(({ createdAt, expiresAt }) => [createdAt, expiresAt])]
  expect(times.length).toBe(7)
  expect(times.every(Number.isInteger)).toBe(true)
})

test('a key that is rotated again has a successor that lives as long as the first', async () => {
  const keys = apiKeys({ store: memoryApiKeys(), clock })
  const first = await keys.issue({ subject: 'shop', expiresAt: clock.now() + 90 * DAY })
  const second = (await keys.rotate(first.record.id, 'shop'))!
  const again = (await keys.rotate(first.record.id, 'shop'))!
  const third = (await keys.rotate(second.record.id, 'shop'))!
  for (const { record } of [second, again, third]) expect(record.expiresAt).toBe(clock.now() + 90 * DAY)
  const endless = await keys.issue({ subject: 'other' })
  await keys.rotate(endless.record.id, 'other')
  expect((await keys.rotate(endless.record.id, 'other'))!.record.expiresAt).toBeUndefined()
})

test('what is granted is what the store gets, frozen to the bottom and without gaps', async () => {
  const keys = apiKeys({ store: memoryApiKeys(), clock })
  const claims = { region: { name: 'eu' } }
  const { record } = await keys.issue({ subject: 'shop', claims })
  claims.region.name = 'us'
  expect(record.claims).toEqual({ region: { name: 'eu' } })
  expect(Object.isFrozen(record.claims!['region'])).toBe(true)
  expect(Object.keys(record).sort()).toEqual([
    'claims',
    'createdAt',
    'environment',
    'hash',
    'id',
    'roles',
    'scopes',
    'subject',
  ])
})

test('whatever verifies keys can be given, such as what another copy of the package has made', async () => {
  const inner = apiKeys({ store: memoryApiKeys(), clock })
  const { key } = await inner.issue({ subject: 'shop' })
  const copy: ApiKeys = { ...inner }
  expect(await apiKey(copy)[0]!.verify(key, testRequest())).toEqual(good)
  const verdict = (await inner.verify(key)) as Verified
  const own = { label: 'own_', verify: (text: string) => (text === 'own_1' ? verdict : undefined) }
  const [source] = apiKey(own as never)
  expect(source!.verify('own_1', testRequest())).toBe(verdict)
  expect(source!.verify('own_2', testRequest())).toMatchObject({ kind: 'fault' })
})

describe('what fails behind the requests', () => {
  function failing(method: 'find' | 'touch') {
    const store = memoryApiKeys()
    const state: { fail: boolean } = { fail: false }
    const told: unknown[] = []
    const broken = {
      ...store,
      [method]: (...values: [never]) => {
        if (state.fail) throw new Error('gone')
        return store[method](...values)
      },
    }
    return { keys: apiKeys({ store: broken, clock, onError: (error) => told.push(error) }), state, told }
  }
  const turn = () => new Promise((resolve) => setImmediate(resolve))

  test('a look-up: the operator is told once, not with each request', async () => {
    const { keys, state, told } = failing('find')
    const { key } = await keys.issue({ subject: 'shop' })
    await keys.verify(key)
    state.fail = true
    clock.advance(600)
    for (let count = 0; count < 5; count++) {
      expect(keys.verify(key)).toEqual(good)
      await turn()
    }
    expect(told).toEqual([unavailable])
    clock.advance(600)
    await expect(keys.verify(key)).rejects.toEqual(unavailable)
  })

  test('times of last use: the operator is told, and they are written the next time', async () => {
    const { keys, state, told } = failing('touch')
    const { key } = await keys.issue({ subject: 'shop' })
    await keys.verify(key)
    state.fail = true
    clock.advance(60_000)
    await keys.verify(key)
    await turn()
    expect(told).toEqual([unavailable])
    state.fail = false
    await keys.flush()
    expect((await keys.list('shop'))[0]!.lastUsedAt).toBe(clock.now())
  })

  test('a clock that was set back does not keep times of last use from being written', async () => {
    const keys = apiKeys({ store: memoryApiKeys(), clock })
    const { key } = await keys.issue({ subject: 'shop' })
    clock.advance(-DAY)
    await keys.verify(key)
    await turn()
    expect((await keys.list('shop'))[0]!.lastUsedAt).toBe(clock.now())
  })
})
