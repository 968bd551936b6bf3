import { createServer } from 'node:http'

import { ALLOW, type Guard } from '@ashlar/core'
import { frontDoor as koaFrontDoor, protect as koaProtect } from '@ashlar/koa'
import { testServer } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'
import express, { type ErrorRequestHandler } from 'express'

import { adapter, errorBoundary, frontDoor, handle, Protect, protect } from '../../src/index.ts'

const pass: Guard = { name: 'pass', layer: 'custom', reads: 'head', check: () => ALLOW }
const app = express()

/** What Express is told of on the first request. */
async function onFirstRequest(middleware: unknown): Promise<unknown> {
  const app = express()
  let seen: unknown
  app.use(middleware as never)
  app.use(((error, _request, response, _next) => {
    seen = error
    response.status(500).end()
  }) as ErrorRequestHandler)
  const server = await testServer(createServer(app))
  try {
    expect((await server.call('/nowhere')).status).toBe(500)
  } finally {
    await server.close()
  }
  return seen
}

describe('middleware that stands where it can’t work says so on the first request', () => {
  test.each([
    ['an error boundary that was not called', errorBoundary, 'ERR_MIDDLEWARE_MISUSED', /app\.use\(errorBoundary\(\)\)/],
    ['protect that was not called', protect, 'ERR_GUARD_INVALID', /protect\(guard\) is middleware/],
    ['Koa’s protect', koaProtect(pass), 'ERR_MIDDLEWARE_MISUSED', /@ashlar\/express/],
  ])('%s', async (_, middleware, code, message) => {
    expect(await onFirstRequest(middleware)).toMatchObject({ code, message: expect.stringMatching(message) })
  })
})

const source = { name: 'bearer', find() {}, verify() {} }
const schema = { '~standard': { version: 1 } }

describe('what is no guard, or no app, says at the start what was meant', () => {
  test.each([
    ['a list of guards', () => protect([pass] as never), /one by one/],
    ['no guard', () => protect(), /protect\(\): expected at least one guard/],
    ['no guard for a class', () => Protect()(class {}), /on a class expected at least one guard/],
    ['a kind of credential', () => protect(source as never), /authenticate\(\[…\]\)/],
    ['a schema', () => protect(schema as never), /validate\(/],
    ['a factory', () => handle([(() => pass) as never], () => undefined), /without calling it/],
  ])('%s', (_, arrange, message) => {
    const error = expect.objectContaining({ code: 'ERR_GUARD_INVALID', message: expect.stringMatching(message) })
    expect(arrange).toThrow(error)
  })

  test.each([
    [
      'a guard in the place of the app',
      () => frontDoor(pass as never, app as never),
      /app.* comes first|first argument is the app/,
    ],
    ['no app', () => frontDoor(undefined as never), /first argument is the app/],
    ['an Express app at Koa’s door', () => koaFrontDoor(app as never, pass), /@ashlar\/express/],
    ['options for the error boundary', () => (errorBoundary as (options: object) => unknown)({}), /adapter\(\{ … \}\)/],
  ])('%s', (_, arrange, message) => {
    const error = expect.objectContaining({ code: 'ERR_MIDDLEWARE_MISUSED', message: expect.stringMatching(message) })
    expect(arrange).toThrow(error)
  })
})

test('a guarded method that its own class calls without a request says so', () => {
  class Orders {
    @Protect(pass)
    find(id: string): string {
      return id
    }
  }
  for (const call of [() => new Orders().find('7'), () => (new Orders().find as () => unknown)()]) {
    expect(call).toThrow(expect.objectContaining({ code: 'ERR_MIDDLEWARE_MISUSED' }))
  }
})

test('a list of handlers without guards is no mistake where it is written down', () => {
  expect(() => adapter().handle([], () => undefined)).not.toThrow()
})
