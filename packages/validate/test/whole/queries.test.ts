import { protect } from '@ashlar/express'
import { type TestServer, testServer } from '@ashlar/testkit'
import { afterEach, describe, expect, test } from '@jest/globals'
import express from 'express'
import { z } from 'zod'

import { validate } from '../../src/index.ts'

let server: TestServer
afterEach(() => server.close())

async function serve(queryParser: string): Promise<void> {
  const list = validate({ query: z.strictObject({ ids: z.array(z.coerce.number()).optional() }) })
  const app = express()
  app.set('env', 'test')
  app.set('query parser', queryParser)
  app.get('/x', protect(list), (request, response) => void response.json(list.of(request).query))
  server = await testServer(app)
}

describe('an array in a query', () => {
  test.each(['/x?ids[]=1&ids[]=2', '/x?ids%5B%5D=1&ids%5B%5D=2', '/x?ids[0]=1&ids[1]=2', '/x?ids=1&ids=2'])(
    '%s is one where the app reads it so',
    async (target) => {
      await serve('extended')
      expect((await server.call(target)).json()).toEqual({ ids: [1, 2] })
    },
  )

  test('is another parameter where the app does not, and is refused by name', async () => {
    await serve('simple')
    const answer = await server.call('/x?ids[]=1&ids[]=2')
    expect([answer.status, answer.json().issues[0].code]).toEqual([400, 'unrecognized_keys'])
    expect((await server.call('/x?ids=1&ids=2')).json()).toEqual({ ids: [1, 2] })
  })
})
