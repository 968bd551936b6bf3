import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { ALLOW, type AnyGuard, deny, problem } from '@ashlar/core'
import { testServer } from '@ashlar/testkit'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import Router from '@koa/router'
import Koa from 'koa'
import mount from 'koa-mount'
import files from 'koa-static'

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
  ...['/private/a.txt', '/%70rivate/a.txt', '/priv%61te/a.txt', '/private/%61.txt', '/private/a%2etxt'],
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
  'koa-mount': (app: Koa) => app.use(mount('/private', protect(closed) as Koa.Middleware)),
  'router.use': (app: Koa) => {
    const router = new Router()
    router.use('/private', protect(closed) as never)
    router.get('/private/:file', (_, next) => next())
    app.use(router.routes() as never)
  },
}

describe.each(Object.entries(guardAtMount))('a guard at a mount by %s, in front of koa-static', (_, guarded) => {
  test.each(['app.use', 'the front door'])(
    'is not passed by another spelling, with an early guard at %s',
    async (place) => {
      const app = new Koa()
      app.silent = true
      if (place === 'app.use') app.use(protect(early) as Koa.Middleware)
      guarded(app)
      app.use(files(folder))
      const server = await testServer(
        place === 'app.use' ? app.callback() : createServer(frontDoor(app as never, early)),
      )
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
