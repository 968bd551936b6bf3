import { createServer } from 'node:http'

import { admit, colour, decoratorContract, paint, testServer } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'
import express, { type Request, type Response } from 'express'

import { errorBoundary, Protect } from '../src/index.ts'

class Orders {
  readonly #title = 'orders'

  @Protect(paint, admit)
  async show(request: Request, response: Response): Promise<void> {
    await Promise.resolve()
    response.send(`${this.#title} in ${colour.of(request)}`)
  }

  @Protect(admit)
  async fail(_request: Request, _response: Response, _next: () => void): Promise<void> {
    await Promise.resolve()
    throw Object.assign(new Error(`${this.#title} gone`), { status: 410 })
  }
}

decoratorContract({ describe, test, expect }, () => {
  const orders = new Orders()
  const app = express()
  app.get('/show', orders.show.bind(orders))
  app.get('/fail', (request, response, next) => orders.fail(request, response, next))
  app.use(errorBoundary())
  return testServer(createServer(app))
})
