import { type AnyGuard, deny, problem, when } from '@ashlar/core'
import { type TestServer, testServer } from '@ashlar/testkit'
import { afterEach, expect, test } from '@jest/globals'
import Koa from 'koa'

import { protect } from '../../src/index.ts'

const closed: AnyGuard = { name: 'closed', layer: 'custom', reads: 'head', check: () => deny(problem('not-permitted')) }
const open: AnyGuard = { name: 'open', layer: 'custom', reads: 'head', check: () => ({ kind: 'allow' }) }

let server: TestServer

async function serve(...guards: readonly AnyGuard[]): Promise<void> {
  const app = new Koa()
  app.use((ctx, next) => {
    ctx.path = ctx.path.replace('/old', '/admin')
    return next()
  })
  app.use(protect(...(guards as readonly [])))
  app.use((ctx) => {
    if (ctx.path === '/admin') ctx.body = 'reached'
  })
  server = await testServer(app.callback())
}
afterEach(() => server.close())

test('a path that was rewritten before the guards is refused where one goes by the path', async () => {
  await serve(open, when(['/admin'], closed))
  expect((await server.call('/old')).json().code).toBe('ambiguous-target')
  expect((await server.call('/admin')).status).toBe(403)
})

test('and is served where none does', async () => {
  await serve(open)
  expect((await server.call('/old')).text).toBe('reached')
})
