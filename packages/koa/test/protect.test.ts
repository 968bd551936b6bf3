import { allow, type Guard, type Principal, principal } from '@ashlar/core'
import { testServer } from '@ashlar/testkit'
import { expect, test } from '@jest/globals'
import Router from '@koa/router'
import Koa, { type Context } from 'koa'

import { errorBoundary, handle, type ProtectedState, protect } from '../src/index.ts'

const order: Guard<{ input: { total: number } }> = {
  name: 'order',
  layer: 'validation',
  reads: 'head',
  check: async ({ query }) => allow({ input: { total: Number(query['total']) } }),
}

test('the handler receives what its guards added, typed', async () => {
  const app = new Koa()
  app.silent = true
  app.use(errorBoundary())
  const router = new Router()
  router.get(
    '/orders',
    handle([order], ({ input }, context: Context) => {
      const total: number = input.total
      context.body = { total }
    }),
  )
  router.get(
    '/fails',
    handle([order], async () => {
      await Promise.resolve()
      throw Object.assign(new Error('gone'), { status: 410 })
    }),
  )
  router.get(
    '/skips',
    handle([], (_state, _context, next) => next()),
  )
  app.use(router.routes())
  const server = await testServer(app.callback())
  try {
    expect((await server.call('/orders?total=3')).json()).toEqual({ total: 3 })
    expect((await server.call('/fails')).status).toBe(410)
    expect((await server.call('/skips')).status).toBe(404)
  } finally {
    await server.close()
  }
})

test('the principal of a context is typed', async () => {
  const ada: Principal = { kind: 'custom', subject: 'ada', roles: [], scopes: [], claims: {} }
  const app = new Koa<ProtectedState>()
  app.use(protect({ ...order, check: () => allow({ principal: ada }) }))
  app.use((context) => {
    const subject: string | undefined = context.state.principal?.subject
    context.body = `${subject} ${principal.of(context).subject}`
  })
  const server = await testServer(app.callback())
  try {
    expect((await server.call('/')).text).toBe('ada ada')
  } finally {
    await server.close()
  }
})
