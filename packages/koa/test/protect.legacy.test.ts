import { admit, colour, decoratorContract, paint, testServer } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'
import Router from '@koa/router'
import Koa, { type Context } from 'koa'

import { errorBoundary, Protect } from '../src/index.ts'

class Orders {
  readonly #title = 'orders'

  @Protect(paint, admit)
  async show(context: Context): Promise<void> {
    await Promise.resolve()
    context.body = `${this.#title} in ${colour.of(context)}`
  }

  @Protect(admit)
  async fail(_context: Context): Promise<void> {
    await Promise.resolve()
    throw Object.assign(new Error(`${this.#title} gone`), { status: 410 })
  }
}

decoratorContract({ describe, test, expect }, () => {
  const orders = new Orders()
  const router = new Router()
  router.get('/show', orders.show.bind(orders) as never)
  router.get('/fail', (context) => orders.fail(context as never))
  const app = new Koa()
  app.silent = true
  app.use(errorBoundary())
  app.use(router.routes())
  return testServer(app.callback())
})
