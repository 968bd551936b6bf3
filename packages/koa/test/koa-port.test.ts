import { deny, type Guard, problem } from '@ashlar/core'
import { testServer } from '@ashlar/testkit'
import { expect, test } from '@jest/globals'
import Koa from 'koa'

import { protect } from '../src/index.ts'

const refuse: Guard = {
  name: 'refuse',
  layer: 'custom',
  reads: 'head',
  check: () => deny(problem('not-permitted', { detail: 'Ask an administrator.' })),
}

test('outer middleware sees a refusal in ctx.body and may change it', async () => {
  const app = new Koa()
  let seen: unknown
  app.use(async (context, next) => {
    await next()
    seen = { ...(context.body as object) }
    Object.assign(context.body as object, { support: 'https://support.example' })
    context.set('X-Seen', String(context.status))
  })
  app.use(protect(refuse))
  const server = await testServer(app.callback())
  try {
    const answer = await server.call('/', { headers: { 'X-Request-ID': 'caller-0001' } })
    expect(seen).toMatchObject({ code: 'not-permitted', detail: 'Ask an administrator.', requestId: 'caller-0001' })
    expect(answer).toMatchObject({ status: 403, headers: { 'x-seen': '403' } })
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json\b/)
    expect(answer.json()).toMatchObject({ code: 'not-permitted', support: 'https://support.example' })
  } finally {
    await server.close()
  }
})

test('every listener of the app’s errors is told, whatever another does; one that rejects ends nothing', async () => {
  const app = new Koa()
  const told: unknown[] = []
  let handled = false
  const rejection = Promise.reject(new Error('listener'))
  rejection.catch(() => undefined)
  Object.defineProperty(rejection, 'then', {
    value(...handlers: [undefined, undefined]) {
      handled = handlers[1] !== undefined
      return Promise.prototype.then.apply(rejection, handlers)
    },
  })
  app.on('error', () => {
    throw new Error('listener')
  })
  app.on('error', () => rejection)
  app.once('error', (error) => told.push(error))
  app.use(
    protect({
      ...refuse,
      check() {
        throw new Error('guard')
      },
    }),
  )
  const server = await testServer(app.callback())
  try {
    expect((await server.call('/')).status).toBe(500)
    expect((await server.call('/')).status).toBe(500)
    expect(told).toMatchObject([{ message: 'guard' }])
    expect(handled).toBe(true)
  } finally {
    await server.close()
  }
})
