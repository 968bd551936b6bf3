import { request } from 'node:http'

import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'

import { expressServer } from '../src/express-app.ts'
import { gateway } from '../src/gateway.ts'
import { koaServer } from '../src/koa-app.ts'
import { listen } from '../src/listen.ts'
import { readSettings } from '../src/settings.ts'
import { tourIssuer } from '../src/tour/tour-issuer.ts'

const ORDERS = '/api/v1/trading/orders'

describe.each([
  ['Express', expressServer],
  ['Koa', koaServer],
])('in %s', (_, serve) => {
  let server: ReturnType<typeof serve>
  let url: string
  let authorization: string

  beforeAll(async () => {
    jest.spyOn(console, 'error').mockImplementation(() => {})
    const issuer = await tourIssuer()
    authorization = `Bearer ${await issuer.token('trader', {})}`
    server = serve(gateway(issuer))
    url = await listen(server, '127.0.0.1', 0)
  })
  afterAll(() => {
    server.close()
    server.closeAllConnections()
    jest.restoreAllMocks()
  })

  test.each([
    ['?limit=', 400],
    ['?limit=%20', 400],
    ['?limit=0', 400],
    ['?limit=1e1', 400],
    ['?limit=101', 400],
    ['?limit=5', 200],
    ['', 200],
  ])('orders%s: %i', async (query, status) => {
    expect((await fetch(`${url}${ORDERS}${query}`, { headers: { authorization } })).status).toBe(status)
  })

  test('an empty body that is sent in chunks is the caller’s error', async () => {
    const status = await new Promise((resolve, reject) => {
      const headers = { authorization, 'content-type': 'application/json', 'transfer-encoding': 'chunked' }
      const outgoing = request(`${url}${ORDERS}`, { method: 'POST', headers }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      outgoing.on('error', reject)
      outgoing.end()
    })
    expect(status).toBe(400)
  })
})

test('a blank port is no port', () => {
  expect(() => readSettings({ PORT: '' })).toThrow('PORT')
  expect(readSettings({ PORT: '0' }).PORT).toBe(0)
})
