import type { Server } from 'node:http'

import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'

import { expressServer } from '../src/express-app.ts'
import { gateway } from '../src/gateway.ts'
import { koaServer } from '../src/koa-app.ts'
import { listen } from '../src/listen.ts'
import { stops } from '../src/tour/stops.ts'
import { tourIssuer } from '../src/tour/tour-issuer.ts'
import { visit } from '../src/tour/visit.ts'

const issuer = await tourIssuer()
const itinerary = await stops(issuer)

describe.each([
  ['Express', expressServer],
  ['Koa', koaServer],
])('the tour through %s', (_, serve) => {
  let server: Server
  let url: string

  beforeAll(async () => {
    // What handlers throw on the tour is meant to be thrown.
    jest.spyOn(console, 'error').mockImplementation(() => {})
    server = serve(gateway(issuer))
    url = await listen(server, '127.0.0.1', 0)
  })

  afterAll(() => {
    server.close()
    server.closeAllConnections()
    jest.restoreAllMocks()
  })

  test.each(itinerary.map((stop) => [stop.title, stop] as const))('%s', async (_title, stop) => {
    const sight = await visit(url, stop)
    expect({ status: sight.status, wrong: sight.wrong }).toEqual({ status: stop.status, wrong: [] })
  })
})
