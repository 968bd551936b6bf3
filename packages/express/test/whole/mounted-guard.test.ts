import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { ALLOW, type AnyGuard, deny, problem } from '@ashlar/core'
import { testServer } from '@ashlar/testkit'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import express, { Router } from 'express'

import { frontDoor, protect } from '../../src/index.ts'

const closed: AnyGuard = { name: 'closed', layer: 'custom', reads: 'head', check: () => deny(problem('not-permitted')) }
/** One that runs before anybody has looked at the target, as headers and request ids do. */
const early: AnyGuard = { name: 'early', layer: 'headers', reads: 'head', check: () => ALLOW }

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ashlar-static-'))
  mkdirSync(join(folder, 'private'))
  writeFileSync(join(folder, 'private', 'a.txt'), 'secret')
  writeFileSync(join(folder, 'b~c.txt'), 'public')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const SPELLINGS = [
  ...[
    '/private/a.txt',
    '/%70rivate/a.txt',
    '/priv%61te/a.txt',
    '/PRIVATE/a.txt',
    '/private/%61.txt',
    '/private/a%2etxt',
  ],
  ...[
    '//private/a.txt',
    '/private//a.txt',
    '/private%2fa.txt',
    '/private%2Fa.txt',
    '/x/../private/a.txt',
    '/./private/a.txt',
  ],
  ...['/%2e/private/a.txt', '/x/%2e%2e/private/a.txt', '/private%5ca.txt', '\\private\\a.txt', '/private/a.txt%00'],
  ...[
    'http://x/private/a.txt',
    'http://x/%70rivate/a.txt',
    '/private/./a.txt',
    '/private/a.txt?x#y',
    '/private/a.txt#',
  ],
]

const guardAtMount = {
  'app.use': (app: ReturnType<typeof express>) => app.use('/private', protect(closed)),
  'router.use': (app: ReturnType<typeof express>) => {
    const router = Router()
    router.use('/private', protect(closed))
    app.use(router)
  },
  'a route': (app: ReturnType<typeof express>) => app.get('/private/:file', protect(closed)),
}

describe.each(Object.entries(guardAtMount))('a guard at a mount by %s, in front of express.static', (_, guarded) => {
  test.each(['app.use', 'the front door'])(
    'is not passed by another spelling, with an early guard at %s',
    async (place) => {
      const app = express()
      app.set('env', 'test')
      if (place === 'app.use') app.use(protect(early))
      guarded(app)
      app.use(express.static(folder))
      const server = await testServer(place === 'app.use' ? app : createServer(frontDoor(app, early)))
      try {
        for (const target of SPELLINGS) {
          const answer = await server.raw(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
          expect([target, answer]).toEqual([target, expect.stringMatching(/^HTTP\/1\.1 4/)])
        }
        expect((await server.call('/b~c.txt')).text).toBe('public')
        expect((await server.call('/b%7Ec.txt')).text).toBe('public')
      } finally {
        await server.close()
      }
    },
  )
})
