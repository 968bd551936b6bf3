import { createServer } from 'node:http'
import { parse } from 'node:querystring'

import { ALLOW, type AnyGuard, deny, problem, when } from '@ashlar/core'
import { type TestServer, testServer } from '@ashlar/testkit'
import { afterEach, describe, expect, test } from '@jest/globals'
import Koa from 'koa'

import { frontDoor, protect } from '../../src/index.ts'

const closed: AnyGuard = { name: 'closed', layer: 'custom', reads: 'head', check: () => deny(problem('not-permitted')) }
const open: AnyGuard = { name: 'open', layer: 'custom', reads: 'head', check: () => ALLOW }
const reads = when(({ query }) => query['all'] !== undefined, closed) as AnyGuard

let server: TestServer
afterEach(() => server.close())

async function serve(between: Koa.Middleware): Promise<void> {
  const app = new Koa()
  app.use(protect(reads) as Koa.Middleware)
  app.use(between)
  app.use(protect(open) as Koa.Middleware)
  app.use((ctx) => void (ctx.body = { ...ctx.query }))
  server = await testServer(app.callback())
}

test('a query that was set after a guard had read it is refused', async () => {
  await serve((ctx, next) => {
    ctx.query = { all: '1' }
    return next()
  })
  expect((await server.call('/?one=1')).json().code).toBe('ambiguous-target')
})

test('a query that was changed in its place is refused', async () => {
  await serve((ctx, next) => {
    ctx.query['all'] = '1'
    return next()
  })
  expect((await server.call('/?one=1')).json().code).toBe('ambiguous-target')
})

test('a query that nobody changes is served', async () => {
  await serve((_, next) => next())
  expect((await server.call('/?one=1&one=2')).json()).toEqual({ one: ['1', '2'] })
})

describe.each(['app.use', 'the front door'])(
  'an app whose queries are read another way, with guards at %s',
  (place) => {
    /** What koa-qs and its like do: brackets are taken off, and so on. */
    const otherwise = (app: Koa): void => {
      Object.defineProperty(app.request, 'query', {
        get(this: Koa.Request) {
          return parse(this.querystring.replaceAll('[]', ''))
        },
      })
    }

    test('has guards that read what it reads', async () => {
      const app = new Koa()
      otherwise(app)
      if (place === 'app.use') app.use(protect(reads) as Koa.Middleware)
      app.use((ctx) => void (ctx.body = { ...ctx.query }))
      server = await testServer(place === 'app.use' ? app.callback() : createServer(frontDoor(app as never, reads)))
      expect((await server.call('/?all[]=1')).status).toBe(403)
      expect((await server.call('/?one[]=1')).json()).toEqual({ one: '1' })
    })
  },
)
