import { describe, expect, test } from '@jest/globals'
import type { Context } from 'koa'

import { Protect } from '../src/index.ts'
import { admit, colour, paint, serveController } from './decorated-controller.ts'

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

  @Protect()
  static title(): string {
    return 'all orders'
  }
}

describe('@Protect', () => {
  test('runs the guards before the method, which keeps its this', async () => {
    const server = await serveController(new Orders())
    try {
      expect(await server.call('/show')).toMatchObject({ status: 403 })
      const answer = await server.call('/show', { headers: { 'X-Pass': '1' } })
      expect(answer).toMatchObject({ status: 200, text: 'orders in blue' })
    } finally {
      await server.close()
    }
  })

  test('passes a rejection on to outer middleware', async () => {
    const server = await serveController(new Orders())
    try {
      const answer = await server.call('/fail', { headers: { 'X-Pass': '1' } })
      expect(answer.status).toBe(410)
      expect(answer.text).not.toContain('orders')
    } finally {
      await server.close()
    }
  })

  test('decorates methods only', () => {
    const target = expect.objectContaining({ code: 'ERR_DECORATOR_TARGET' })
    const misused = Protect(admit) as never as (value: unknown, context: unknown) => never
    expect(() => {
      @misused
      class Controller {}
      return Controller
    }).toThrow(target)
    expect(() => {
      class Controller {
        @misused handler = () => undefined
      }
      return Controller
    }).toThrow(target)
    expect(() => {
      class Controller {
        @misused
        get handler() {
          return () => undefined
        }
      }
      return Controller
    }).toThrow(target)
  })
})
