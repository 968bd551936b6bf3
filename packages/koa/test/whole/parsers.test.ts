import { createRequire } from 'node:module'

import { type BrokenBody, brokenBodies, testServer } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'
import { bodyParser } from '@koa/bodyparser'
import Koa, { type Middleware } from 'koa'

import { adapter } from '../../src/index.ts'

const require = createRequire(import.meta.url)
type Options = Readonly<Record<string, unknown>>
const koaBodyparser = require('koa-bodyparser') as (options: Options) => Middleware
const { koaBody } = require('koa-body') as { koaBody(options: Options): Middleware }
const multer = require('@koa/multer') as (options: Options) => { fields(fields: readonly object[]): Middleware }
const basicAuth = require('koa-basic-auth') as (options: Options) => Middleware
const createError = require('http-errors') as (status: number, properties?: object) => Error

const limits = { fileSize: 10, files: 1, fields: 1, fieldSize: 10 }
const formidable = { maxFileSize: 10, maxFields: 1, maxFieldsSize: 10, maxFiles: 1 }
const parsers: readonly (readonly [name: string, kind: 'json' | 'form', parse: Middleware])[] = [
  ['@koa/bodyparser', 'json', bodyParser({ jsonLimit: 10 } as never) as never],
  ['koa-bodyparser', 'json', koaBodyparser({ jsonLimit: 10 })],
  ['koa-body', 'json', koaBody({ jsonLimit: 10 })],
  ['koa-body', 'form', koaBody({ multipart: true, formidable })],
  ['@koa/multer', 'form', multer({ limits }).fields([{ name: 'a', maxCount: 2 }])],
]

async function answerTo(
  middleware: Middleware,
  call: { headers?: Record<string, string>; body?: string | Uint8Array },
) {
  const reported: unknown[] = []
  const { errorBoundary } = adapter({ onError: (error) => void reported.push(error) })
  const app = new Koa()
  app.use(errorBoundary() as never)
  app.use(middleware)
  app.use((context) => {
    context.body = 'read'
  })
  const server = await testServer(app.callback())
  try {
    const answer = await server.call('/', { method: 'POST', ...call })
    return { answer, reported }
  } finally {
    await server.close()
  }
}

/** Of an error of another realm, as each of node's is under Jest, koa-body makes one of its own. */
const isLost = (name: string, { headers }: BrokenBody): boolean =>
  name === 'koa-body' && /^(?:gzip|deflate|br)$/.test(headers['content-encoding'] ?? '')

describe.each(parsers)('what %s can’t read', (name, kind, parse) => {
  test.each(brokenBodies.filter((body) => body.kind === kind && !isLost(name, body)))(
    'is the caller’s: $what',
    async ({ headers, body, status, code }) => {
      const { answer, reported } = await answerTo(parse, { headers, body })
      expect([answer.status, answer.json().code]).toEqual([status, code])
      expect(reported).toEqual([])
    },
  )
})

test('koa-basic-auth tells the caller how to authenticate', async () => {
  const { answer, reported } = await answerTo(basicAuth({ name: 'a', pass: 'b', realm: 'shop' }), {})
  expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, 'Basic realm="shop"'])
  expect(reported).toEqual([])
})

test.each([
  [405, { Allow: 'GET' }],
  [416, { 'Content-Range': 'bytes */9' }],
  [429, { 'Retry-After': 30 }],
])('an error of http-errors with %p keeps its field', async (status, headers) => {
  const { answer } = await answerTo(() => Promise.reject(createError(status, { headers })), {})
  expect(answer.status).toBe(status)
  for (const [name, value] of Object.entries(headers)) expect(answer.headers[name.toLowerCase()]).toBe(String(value))
})
