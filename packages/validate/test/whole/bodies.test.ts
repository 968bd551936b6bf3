import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

import { adapter as expressAdapter } from '@ashlar/express'
import { adapter as koaAdapter } from '@ashlar/koa'
import { type TestApps, testApps } from '@ashlar/testkit'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { bodyParser } from '@koa/bodyparser'
import Router from '@koa/router'
import express from 'express'
// @ts-expect-error: an alias without types
import express4 from 'express-v4'
import Koa from 'koa'
// @ts-expect-error: an alias without types
import Koa2 from 'koa-v2'
import { z } from 'zod'

import { validate } from '../../src/index.ts'

const APPS = testApps({
  express: { adapter: expressAdapter, versions: { 'Express 4': express4, 'Express 5': express } },
  koa: { adapter: koaAdapter, Router, bodyParser, versions: { 'Koa 2': Koa2, 'Koa 3': Koa } },
})

const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE'] as const

interface Sent {
  readonly method?: (typeof METHODS)[number]
  readonly headers?: Readonly<Record<string, string>>
  readonly chunks?: readonly string[]
}

/** By node's own client, which sends what `fetch` does not. */
function send(
  server: Server,
  { method = 'POST', headers = {}, chunks = [] }: Sent,
): Promise<{ status: number; code: string }> {
  const { port } = server.address() as AddressInfo
  return new Promise((resolve, reject) => {
    const outgoing = request({ port, host: '127.0.0.1', path: '/orders', method, headers }, async (response) => {
      let text = ''
      for await (const chunk of response) text += chunk
      resolve({
        status: response.statusCode ?? 0,
        code: text && (JSON.parse(text) as { code?: string }).code!.toString(),
      })
    })
    outgoing.on('error', reject)
    for (const chunk of chunks) outgoing.write(chunk)
    outgoing.end()
  })
}

const JSON_TYPE = { 'content-type': 'application/json' }
const CHUNKED = { 'transfer-encoding': 'chunked' }

describe.each(APPS.filter(({ frontDoor }) => !frontDoor))('in $name', ({ server: make }: TestApps) => {
  const guard = validate({ body: z.strictObject({ symbol: z.string() }) })
  const failures: unknown[] = []
  const app = (withParser: boolean): Server =>
    make({
      bodyParser: withParser,
      errorBoundary: true,
      routes: METHODS.map((method) => ({ method, path: '/orders', guards: [guard] })),
      options: { onError: (error) => void failures.push(error) },
    })
  const parsed = app(true)
  const unparsed = app(false)

  beforeAll(async () => {
    for (const server of [parsed, unparsed]) await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done))
  })
  afterAll(async () => {
    for (const server of [parsed, unparsed]) await new Promise((done) => void server.close(done))
  })

  test('behind a parser an empty body is one that does not match, in whichever framing', async () => {
    for (const headers of [{ ...JSON_TYPE, ...CHUNKED }, { ...JSON_TYPE, 'content-length': '0' }, JSON_TYPE, {}]) {
      expect(await send(parsed, { headers })).toEqual({ status: 400, code: 'invalid-input' })
    }
  })

  test('behind a parser a media type that it does not take is 415', async () => {
    for (const type of [
      'text/plain',
      'application/xml',
      'application/problem+json',
      'application/jsonx',
      'application/json/x',
    ]) {
      for (const framing of [CHUNKED, { 'content-length': '2' }]) {
        const answer = await send(parsed, { headers: { 'content-type': type, ...framing }, chunks: ['{}'] })
        expect([type, answer]).toEqual([type, { status: 415, code: 'unsupported-media-type' }])
      }
    }
  })

  test('without a parser JSON is 415, in whichever method, and no failure', async () => {
    for (const method of METHODS) {
      for (const framing of [CHUNKED, { 'content-length': '14' }]) {
        const answer = await send(unparsed, {
          method,
          headers: { ...JSON_TYPE, ...framing },
          chunks: ['{"symbol":"A"}'],
        })
        expect([method, answer]).toEqual([method, { status: 415, code: 'unsupported-media-type' }])
      }
    }
    expect(failures).toEqual([])
  })

  test('without a parser no body at all is one that does not match', async () => {
    for (const headers of [{}, JSON_TYPE, { ...JSON_TYPE, 'content-length': '0' }]) {
      expect((await send(unparsed, { headers })).status).toBe(400)
    }
    expect([400, 415]).toContain((await send(unparsed, { headers: { ...JSON_TYPE, ...CHUNKED } })).status)
  })

  test('a body that arrives piece by piece is waited for', async () => {
    const answer = await send(parsed, { headers: { ...JSON_TYPE, ...CHUNKED }, chunks: ['{"sym', 'bol":', '1}'] })
    expect(answer).toEqual({ status: 400, code: 'invalid-input' })
  })
})

test('the operator is told once that no parser stood in front', async () => {
  const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {})
  const guard = validate({ body: z.any(), headers: z.any() })
  const app = express()
  app.post('/orders', expressAdapter().protect(guard))
  const server = createServer(app)
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done))
  for (let round = 0; round < 3; round++) {
    const answer = await send(server, { headers: { ...JSON_TYPE, 'content-length': '2' }, chunks: ['{}'] })
    expect(answer.status).toBe(415)
  }
  await new Promise((done) => void server.close(done))
  const warned = warn.mock.calls.map(([message, options]) => [message, (options as { code?: string }).code])
  warn.mockRestore()
  expect(warned).toEqual([
    [expect.stringMatching(/guard "validate body, headers".*express\.json\(\)/), 'ERR_BODY_NOT_PARSED'],
  ])
})
