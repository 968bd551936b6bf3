import { ALLOW, allow, deny, type Guard, problem, type Slot, slot } from '@ashlar/core'

import type { TestRunner } from './adapter-contract/app.ts'
import type { TestServer } from './test-server.ts'

export const colour: Slot<string> = slot<string>('colour')

/** Adds a colour, later. */
export const paint: Guard<{ colour: string }> = {
  name: 'paint',
  layer: 'custom',
  reads: 'head',
  check: async () => allow({ colour: 'blue' }),
}

/** Lets nobody pass without the header `X-Pass`. */
export const admit: Guard = {
  name: 'admit',
  layer: 'custom',
  reads: 'head',
  check: ({ headers }) => (headers['x-pass'] ? ALLOW : deny(problem('not-permitted'))),
}

/**
 * What `@Protect` must do, for a controller of the title `orders` that is served behind an error boundary: `GET /show`,
 * guarded by `paint` and `admit`, answers `<its title> in <colour>`; `GET /fail`, guarded by `admit`, rejects later with an
 * error of status 410 that names its title.
 * @example
 * decoratorContract({ describe, test, expect }, () => createServer(app))
 */
export function decoratorContract({ describe, test, expect }: TestRunner, serve: () => Promise<TestServer>): void {
  const withServer = async (use: (server: TestServer) => Promise<void>): Promise<void> => {
    const server = await serve()
    try {
      await use(server)
    } finally {
      await server.close()
    }
  }

  describe('@Protect', () => {
    test('runs the guards before the method, which keeps its this', () =>
      withServer(async ({ call }) => {
        expect((await call('/show')).status).toBe(403)
        const answer = await call('/show', { headers: { 'X-Pass': '1' } })
        expect(answer).toMatchObject({ status: 200, text: 'orders in blue' })
      }))

    test('hands a rejection to whoever handles errors', () =>
      withServer(async ({ call }) => {
        expect((await call('/fail')).status).toBe(403)
        const answer = await call('/fail', { headers: { 'X-Pass': '1' } })
        expect(answer.status).toBe(410)
        expect(answer.text).not.toContain('orders')
      }))
  })
}
