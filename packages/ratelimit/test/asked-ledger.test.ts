import { testRequest } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'

import { fixedWindow, quota, type RateLimitStore, rateLimit } from '../src/index.ts'

const policy = fixedWindow({ limit: 1, window: '1d' })
const standing = { remaining: 0, growsInMs: 0, resetInMs: 0, retryInMs: 0 }
const unavailable = { code: 'ERR_DEPENDENCY_UNAVAILABLE' }

function storeOf(answer: () => unknown, shared = false): RateLimitStore {
  return { shared, open: () => ({ take: answer as never, adjust: () => undefined }) }
}

describe.each<[string, unknown]>([
  ['nothing', undefined],
  ['a text', 'yes'],
  ['no standings', { admitted: true }],
  ['too few standings', { admitted: true, standings: [] }],
  ['a text for yes or no, as drivers with parsers of their own give', { admitted: 'f', standings: [standing] }],
  ['numbers as text', { admitted: true, standings: [{ ...standing, remaining: '5' }] }],
  ['no number', { admitted: true, standings: [{ ...standing, resetInMs: Number.NaN }] }],
  ['a number below nothing', { admitted: true, standings: [{ ...standing, remaining: -1 }] }],
  ['a hole', { admitted: true, standings: [null] }],
])('a store that answers %s', (_, answer) => {
  test('is no decision, whether at once or later', async () => {
    for (const told of [() => answer, () => Promise.resolve(answer)]) {
      const { claim } = quota({ name: 'x', policy, store: storeOf(told) })
      await expect(async () => claim()).rejects.toMatchObject(unavailable)
    }
  })

  test('is lost where it is shared', async () => {
    const errors: unknown[] = []
    const store = storeOf(() => Promise.resolve(answer), true)
    const guard = rateLimit({ policy, store, onStoreLoss: 'closed', onError: (error) => errors.push(error) })
    expect(await guard.check(testRequest(), {})).toMatchObject({ kind: 'deny', problem: { status: 503 } })
    expect(errors).toEqual([expect.objectContaining(unavailable)])
  })
})

test('a thenable of whatever make is waited for', async () => {
  const thenable = {
    // biome-ignore lint/suspicious/noThenProperty: it is one
    then: (resolve: (value: unknown) => void) => resolve({ admitted: true, standings: [standing] }),
  }
  const guard = rateLimit({ policy, store: storeOf(() => thenable) })
  expect(await guard.check(testRequest(), {})).toMatchObject({ kind: 'allow' })
})

test('an answer at once is a decision at once', () => {
  const guard = rateLimit({ policy, store: storeOf(() => ({ admitted: true, standings: [standing] })) })
  expect(guard.check(testRequest(), {})).toMatchObject({ kind: 'allow' })
})

test.each([{}, { take: () => undefined }, null])('a store that opens %j is refused', (opened) => {
  const store = { shared: false, open: () => opened } as never
  expect(() => rateLimit({ policy, store })).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
})
