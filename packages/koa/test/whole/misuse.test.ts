import { ALLOW, type Guard } from '@ashlar/core'
import { protect as nodeProtect } from '@ashlar/node'
import { testServer } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'
import Koa from 'koa'

import { errorBoundary, frontDoor, Protect, protect } from '../../src/index.ts'

const pass: Guard = { name: 'pass', layer: 'custom', reads: 'head', check: () => ALLOW }

describe('middleware that stands where it can’t work says so on the first request', () => {
  test.each([
    ['an error boundary that was not called', errorBoundary, 'ERR_MIDDLEWARE_MISUSED', /app\.use\(errorBoundary\(\)\)/],
    ['protect that was not called', protect, 'ERR_GUARD_INVALID', /protect\(guard\) is middleware/],
    ['Express’s protect', nodeProtect(pass), 'ERR_MIDDLEWARE_MISUSED', /@ashlar\/koa/],
  ])('%s', async (_, middleware, code, message) => {
    const app = new Koa()
    const seen: unknown[] = []
    app.on('error', (error) => seen.push(error))
    app.use(middleware as never)
    const server = await testServer(app.callback())
    try {
      expect((await server.call('/nowhere')).status).toBe(500)
    } finally {
      await server.close()
    }
    expect(seen).toMatchObject([{ code, message: expect.stringMatching(message) }])
  })
})

test.each([
  ['no guard', () => protect()],
  ['no guard for a class', () => Protect()(class {})],
  ['a list of guards', () => protect([pass] as never)],
])('%s is refused at the start', (_, arrange) => {
  expect(arrange).toThrow(expect.objectContaining({ code: 'ERR_GUARD_INVALID' }))
})

test('a door that can’t be made leaves the app as it is', () => {
  const app = new Koa()
  expect(() => frontDoor(app, { ...pass, reads: 'route' })).toThrow(
    expect.objectContaining({ code: 'ERR_GUARD_TOO_EARLY' }),
  )
  expect(() => frontDoor(pass as never, app as never)).toThrow(
    expect.objectContaining({ code: 'ERR_MIDDLEWARE_MISUSED' }),
  )
  expect(app.middleware).toEqual([])
})
