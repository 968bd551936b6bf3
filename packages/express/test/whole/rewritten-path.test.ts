import { type AnyGuard, deny, problem, when } from '@ashlar/core'
import { type TestServer, testServer } from '@ashlar/testkit'
import { afterEach, describe, expect, test } from '@jest/globals'
import express from 'express'

import { protect, requireFrontDoor } from '../../src/index.ts'

const closed: AnyGuard = { name: 'closed', layer: 'custom', reads: 'head', check: () => deny(problem('not-permitted')) }
const open: AnyGuard = { name: 'open', layer: 'custom', reads: 'head', check: () => ({ kind: 'allow' }) }

let server: TestServer

async function serve(...guards: readonly AnyGuard[]): Promise<void> {
  const app = express()
  app.use((req, _res, next) => {
    req.url = req.url.replace('/old', '/admin')
    next()
  })
  app.use(protect(...(guards as readonly [])))
  app.get('/admin', (_req, res) => void res.send('reached'))
  server = await testServer(app)
}
afterEach(() => server.close())

describe('a path that was rewritten before the guards', () => {
  test.each([
    ['the only guard', [when(['/admin'], closed)]],
    ['the last guard', [open, when(['/admin'], closed)]],
    ['a guard in the middle', [when(['/admin'], closed), open]],
  ] as const)('is refused where %s goes by the path', async (_, guards) => {
    await serve(...guards)
    expect((await server.call('/old')).json().code).toBe('ambiguous-target')
    expect((await server.call('/admin')).status).toBe(403)
  })

  test('is served where no guard does', async () => {
    await serve(open)
    expect((await server.call('/old')).text).toBe('reached')
  })

  test('does not spare a guard that goes by something else', async () => {
    await serve(requireFrontDoor())
    expect((await server.call('/old')).status).toBe(500)
  })
})
