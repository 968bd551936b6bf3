import { ALLOW, type Guard } from '@ashlar/core'
import { type TroubleName, testServer, troubles } from '@ashlar/testkit'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import Koa from 'koa'

import { errorBoundary, frontDoor, protect } from '../../src/index.ts'

const base = { name: 'test', layer: 'custom', reads: 'head' } as const
const pass: Guard = { ...base, check: () => ALLOW }
const failing: Guard = { ...base, check: () => Promise.reject(new Error('guard')) }
const hooked: Guard = {
  ...base,
  check: () => ({ kind: 'allow', afterResponse: () => Promise.reject(new Error('hook')) }),
}

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

function appThat(use: (app: Koa) => void): Koa {
  const app = new Koa()
  use(app)
  app.use((context) => {
    context.body = 'served'
  })
  return app
}

/** An app whose listeners are told of an error, by whose it is. */
const callers: Readonly<Record<string, { readonly app: () => Koa; readonly status: number; readonly door?: true }>> = {
  'a guard’s error': { app: () => appThat((app) => app.use(protect(failing))), status: 500 },
  'a guard’s error behind the front door': {
    app: () => appThat((app) => app.use(protect(failing))),
    status: 500,
    door: true,
  },
  'a hook’s error': { app: () => appThat((app) => app.use(protect(hooked))), status: 200 },
  'a handler’s error': {
    app: () =>
      appThat((app) => {
        app.use(errorBoundary())
        app.use(() => {
          throw new Error('handler')
        })
      }),
    status: 500,
  },
  'an error that comes too late': {
    app: () =>
      appThat((app) => {
        app.use(errorBoundary())
        app.use((context) => {
          context.res.end('served')
          throw new Error('too late')
        })
      }),
    status: 404,
  },
}

for (const [what, { app: make, status, door }] of Object.entries(callers)) {
  describe(`the listener of an app that is told of ${what}, and that`, () => {
    test.each(Object.keys(troubles) as TroubleName[])('%s', async (how) => {
      const trouble = troubles[how]()
      const app = make()
      const told: unknown[] = []
      app.on('error', () => trouble.call())
      app.on('error', (error) => void told.push(error))
      const server = await testServer(door ? frontDoor(app, pass) : app.callback())
      try {
        expect((await server.call('/')).status).toBe(status)
        while (told.length === 0) await new Promise((resolve) => setImmediate(resolve))
        expect(trouble.watched()).toBeGreaterThan(0)
        // The others are told whatever one does.
        expect(told).toHaveLength(1)
      } finally {
        await server.close()
      }
    })
  })
}
