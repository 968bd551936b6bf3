import { createServer } from 'node:http'

import { ALLOW, allow, type Guard } from '@ashlar/core'
import { testServer } from '@ashlar/testkit'
import { expect, test } from '@jest/globals'
import express, { type Request, type Response } from 'express'

import { adapter, errorBoundary, handle, protect } from '../src/index.ts'

const order: Guard<{ input: { total: number } }> = {
  name: 'order',
  layer: 'validation',
  reads: 'head',
  check: async ({ query }) => allow({ input: { total: Number(query['total']) } }),
}

test('the handler receives what its guards added, typed', async () => {
  const app = express()
  app.get(
    '/orders',
    handle([order], ({ input }, _request: Request, response: Response) => {
      const total: number = input.total
      response.json({ total })
    }),
  )
  app.get(
    '/fails',
    handle([order], async () => {
      await Promise.resolve()
      throw Object.assign(new Error('gone'), { status: 410 })
    }),
  )
  app.get(
    '/skips',
    handle([], (_state, _request, _response, next) => next()),
  )
  app.use(errorBoundary())
  const server = await testServer(createServer(app))
  try {
    expect((await server.call('/orders?total=3')).json()).toEqual({ total: 3 })
    expect((await server.call('/fails')).status).toBe(410)
    expect((await server.call('/skips')).status).toBe(404)
  } finally {
    await server.close()
  }
})

test('a handler that rejects with nothing has failed', async () => {
  const app = express()
  let seen: unknown
  app.get(
    '/rejects',
    handle([], () => Promise.reject()),
  )
  app.use((error: unknown, _request: Request, response: Response, _next: () => void) => {
    seen = error
    response.status(500).end()
  })
  const server = await testServer(createServer(app))
  try {
    expect((await server.call('/rejects')).status).toBe(500)
    expect(seen).toBeInstanceOf(Error)
  } finally {
    await server.close()
  }
})

test('a handler behind protect() has the types that Express gives it', async () => {
  const open: Guard = { name: 'open', layer: 'custom', reads: 'head', check: () => ({ kind: 'allow' }) }
  const app = express()
  app.post('/orders/:id', express.json(), protect(open), (request, response) => {
    const id: string = request.params.id
    const { symbol } = request.body as { readonly symbol: string }
    response.json({ id, symbol })
  })
  const server = await testServer(createServer(app))
  try {
    const { text } = await server.call('/orders/7', { method: 'POST', body: { symbol: 'ASH' } })
    expect(JSON.parse(text)).toEqual({ id: '7', symbol: 'ASH' })
  } finally {
    await server.close()
  }
})

test('a method or a handler that is called without next, and fails, is answered and reported', async () => {
  const reported: unknown[] = []
  const { Protect, handle } = adapter({ onError: (error) => reported.push(error) })
  const open: Guard = { name: 'open', layer: 'custom', reads: 'head', check: () => ALLOW }
  const slow: Guard = { ...open, name: 'slow', check: async () => ALLOW }
  const boom = new Error('boom')
  const app = express()
  for (const guard of [open, slow]) {
    class Orders {
      async rejects(_request: Request, _response: Response): Promise<void> {
        throw boom
      }
      throws(_request: Request, _response: Response): void {
        throw boom
      }
    }
    const orders = new (Protect(guard)(Orders))()
    const handler = handle([guard], () => Promise.reject(boom)) as (request: Request, response: Response) => void
    app.get(`/${guard.name}/rejects`, (request, response) => void orders.rejects(request, response))
    app.get(`/${guard.name}/throws`, (request, response) => orders.throws(request, response))
    app.get(`/${guard.name}/handle`, (request, response) => handler(request, response))
  }
  const server = await testServer(createServer(app))
  try {
    for (const name of ['open', 'slow']) {
      for (const way of ['rejects', 'throws', 'handle']) {
        expect((await server.call(`/${name}/${way}`)).json()).toMatchObject({ status: 500, code: 'internal-error' })
      }
    }
    expect(reported).toEqual(Array(6).fill(boom))
  } finally {
    await server.close()
  }
})
