import type { AnyGuard, Principal } from '@ashlar/core'
import { Protect as ProtectExpress, protect as protectExpress } from '@ashlar/express'
import { Protect as ProtectKoa, protect as protectKoa } from '@ashlar/koa'
import { type TestServer, testServer } from '@ashlar/testkit'
import { afterEach, expect, test } from '@jest/globals'
import Router from '@koa/router'
import express, { type Request, type Response } from 'express'
import Koa, { type Context } from 'koa'

import { accessControl } from '../../src/index.ts'
import { fromHeaders } from '../apps.ts'

const { permit } = accessControl({
  roles: { reader: { permissions: ['orders:read'] }, writer: { permissions: ['orders:write'] } },
})

class Inherited {
  kept(request: Request, response: Response): void {
    response.send(`kept by ${(request.principal as Principal).subject}`)
  }
}

@ProtectExpress(permit('orders:read'))
class ExpressOrders extends Inherited {
  readonly #title = 'orders'
  readonly assigned = (_request: Request, response: Response): void => {
    response.send(`assigned ${this.#title}`)
  }

  list(_request: Request, response: Response): void {
    response.send(this.#describe())
  }

  @ProtectExpress(permit('orders:write'))
  create(_request: Request, response: Response): void {
    response.send(this.#describe())
  }

  @ProtectExpress()
  about(_request: Request, response: Response): void {
    response.send('about')
  }

  #describe(): string {
    return `the ${this.#title}`
  }
}

@ProtectKoa(permit('orders:read'))
class KoaOrders {
  readonly #title = 'orders'
  readonly assigned = (context: Context): void => {
    context.body = `assigned ${this.#title}`
  }

  kept(context: Context): void {
    context.body = 'kept by alice'
  }

  list(context: Context): void {
    context.body = `the ${this.#title}`
  }

  @ProtectKoa(permit('orders:write'))
  create(context: Context): void {
    context.body = `the ${this.#title}`
  }

  @ProtectKoa()
  about(context: Context): void {
    context.body = 'about'
  }
}

const METHODS = ['list', 'create', 'about', 'assigned', 'kept'] as const
const authenticate = fromHeaders as AnyGuard

function serveExpress(): Promise<TestServer> {
  const orders = new ExpressOrders()
  const app = express()
  app.use((protectExpress as (...guards: AnyGuard[]) => express.RequestHandler)(authenticate))
  for (const name of METHODS) app.get(`/${name}`, (request, response) => orders[name](request, response))
  return testServer(app)
}

function serveKoa(): Promise<TestServer> {
  const orders = new KoaOrders()
  const app = new Koa()
  const router = new Router()
  app.use((protectKoa as (...guards: AnyGuard[]) => Koa.Middleware)(authenticate))
  for (const name of METHODS) router.get(`/${name}`, (context) => orders[name](context as never))
  app.use(router.routes())
  return testServer(app.callback())
}

let server: TestServer | undefined
afterEach(async () => {
  await server?.close()
})

test.each([
  ['Express', serveExpress],
  ['Koa', serveKoa],
])('a class-wide guard is the default of every method in %s', async (_name, serve) => {
  server = await serve()
  const row = async (roles: string): Promise<readonly number[]> => {
    const answers = []
    for (const name of METHODS) answers.push((await server!.call(`/${name}`, { headers: { 'x-roles': roles } })).status)
    return answers
  }
  expect(await row('reader')).toEqual([200, 403, 200, 200, 200])
  expect(await row('writer')).toEqual([403, 200, 200, 403, 403])
  expect(await row('')).toEqual([403, 403, 200, 403, 403])
  const text = async (name: string): Promise<string> =>
    (await server!.call(`/${name}`, { headers: { 'x-roles': 'reader' } })).text
  expect(await text('list')).toBe('the orders')
  expect(await text('assigned')).toBe('assigned orders')
  expect(await text('kept')).toBe('kept by alice')
})

test('the class stays what it was', () => {
  expect(ExpressOrders.name).toBe('ExpressOrders')
  expect(new ExpressOrders()).toBeInstanceOf(ExpressOrders)
  expect(new ExpressOrders()).toBeInstanceOf(Inherited)
})
