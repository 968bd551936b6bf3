import type { RequestListener } from 'node:http'
import { ALLOW, type Guard } from '@ashlar/core'
import { type TroubleName, testServer, troubles } from '@ashlar/testkit'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'

import { adapter } from '../../src/index.ts'

const base = { name: 'pass', layer: 'custom', reads: 'head' } as const
const atOnce: Guard = { ...base, check: () => ALLOW }
const later: Guard = { ...base, check: async () => ALLOW }

const lost: unknown[] = []
const note = (error: unknown): void => void lost.push(error)
beforeEach(() => {
  lost.length = 0
  process.on('unhandledRejection', note)
})
afterEach(() => {
  process.off('unhandledRejection', note)
  expect(lost).toEqual([])
})

/** What goes wrong behind a guard, by who calls it. */
const callers: Readonly<Record<string, (call: () => unknown, guard: Guard, told: unknown[]) => RequestListener>> = {
  'a listener behind the door': (call, guard, told) =>
    adapter({ onError: (error) => void told.push(error) }).frontDoor(call, guard),
  'an app with a callback behind the door': (call, guard, told) =>
    adapter({ onError: (error) => void told.push(error) }).frontDoor({ callback: () => call }, guard),
}

for (const [who, serve] of Object.entries(callers)) {
  describe.each([
    ['at once', atOnce],
    ['later', later],
  ])(`${who}, admitted %s, that`, (_, guard) => {
    test.each(Object.keys(troubles) as TroubleName[])('%s', async (how) => {
      const trouble = troubles[how]()
      const told: unknown[] = []
      let ended = false
      // One that never answers may be answered for by something else.
      const call = (...[, response]: Parameters<RequestListener>): unknown => {
        if (how === 'never answers') setImmediate(() => response.end('ended'))
        ended = true
        return trouble.call()
      }
      const server = await testServer(serve(call as () => unknown, guard, told))
      try {
        const answer = await server.call('/')
        expect(answer.status).toBe(how === 'never answers' ? 200 : 500)
        expect(ended).toBe(true)
        expect(trouble.watched()).toBeGreaterThan(0)
        expect(told).toMatchObject(how === 'never answers' ? [] : [{ message: 'foreign' }])
      } finally {
        await server.close()
      }
    })
  })
}

test('what comes after a guard that took its time, and throws, is answered for', async () => {
  const told: unknown[] = []
  const guarded = adapter({ onError: (error) => void told.push(error) }).protect(later)
  const server = await testServer((request, response) =>
    guarded(request, response, () => {
      throw new Error('next')
    }),
  )
  try {
    expect((await server.call('/')).status).toBe(500)
    expect(told).toMatchObject([{ message: 'next' }])
  } finally {
    await server.close()
  }
})
