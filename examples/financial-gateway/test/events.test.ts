import { type Recorder, recordEvents } from '@ashlar/testkit'
import { expect, jest, test } from '@jest/globals'

import { expressServer } from '../src/express-app.ts'
import { gateway } from '../src/gateway.ts'
import { koaServer } from '../src/koa-app.ts'
import { listen } from '../src/listen.ts'
import { tourIssuer } from '../src/tour/tour-issuer.ts'
import { visit } from '../src/tour/visit.ts'

/** Everything that could be reached from an event, as text. */
function everythingIn(value: unknown, seen: Set<object> = new Set()): string {
  if (typeof value !== 'object' || value === null) return String(value)
  if (seen.has(value)) return ''
  seen.add(value)
  const own = Reflect.ownKeys(value).map((key) => `${String(key)}=${everythingIn(Reflect.get(value, key), seen)}`)
  const prototype: unknown = Object.getPrototypeOf(value)
  const inherited = prototype === Object.prototype || prototype === Array.prototype ? '' : everythingIn(prototype, seen)
  return [...own, inherited].join('\n')
}

test.each([
  ['Express', expressServer],
  ['Koa', koaServer],
])('in %s no event reaches a token, a header, a query string, a body or the state', async (_, serve) => {
  jest.spyOn(console, 'error').mockImplementation(() => {})
  const issuer = await tourIssuer()
  const token = await issuer.token('trader', { email: 'planted-claim' })
  const server = serve(gateway(issuer))
  const url = await listen(server, '127.0.0.1', 0)
  const recorder: Recorder = recordEvents()
  const headers = {
    authorization: `Bearer ${token}`,
    'x-planted-header': 'planted-header',
    'content-type': 'application/json',
  }
  const body = (symbol: string) => JSON.stringify({ symbol, side: 'buy', quantity: 1, price: 1, note: 'planted-body' })
  const targets = [
    '/api/v1/trading/orders?limit=5&planted-query=1',
    '/api/v1/users/profile?planted-query=1',
    '/planted-path?planted-query=1',
  ]
  for (const target of targets) {
    await visit(url, { title: '', target, headers, status: 0 })
    await visit(url, {
      title: '',
      target,
      headers: { ...headers, authorization: `Bearer ${token}planted-signature` },
      status: 0,
    })
    await visit(url, { title: '', method: 'POST', target, headers, body: body('planted-symbol'), status: 0 })
    await visit(url, { title: '', method: 'POST', target, headers, body: body('HALT'), status: 0 })
  }
  await Promise.all(Array.from({ length: targets.length * 4 }, () => recorder.completed()))
  recorder.stop()
  server.close()
  server.closeAllConnections()
  jest.restoreAllMocks()

  expect(recorder.events.length).toBeGreaterThan(targets.length * 4)
  const text = [...recorder.verdicts, ...recorder.events].map((event) => everythingIn(event)).join('\n')
  expect(text).not.toContain('planted-')
  expect(text).not.toContain(token)
  expect(text).not.toContain(token.split('.')[2])
})
