import { createRequire } from 'node:module'

import { brokenBodies, testServer } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'
import express, { type RequestHandler } from 'express'

import { adapter } from '../../src/index.ts'

const require = createRequire(import.meta.url)
const bodyParser = require('body-parser') as typeof express
const createError = require('http-errors') as (status: number, properties?: object) => Error
type Limits = Readonly<Record<string, number>>
const multer = require('multer') as (options: { limits: Limits }) => {
  fields(fields: readonly { name: string; maxCount: number }[]): RequestHandler
  single(name: string): RequestHandler
}

const upload = multer({ limits: { fileSize: 10, fields: 1, fieldSize: 10 } })
const parsers: readonly (readonly [name: string, kind: 'json' | 'form', parse: RequestHandler])[] = [
  ['express.json()', 'json', express.json({ limit: 10 })],
  ['body-parser', 'json', bodyParser.json({ limit: 10 })],
  [
    'multer',
    'form',
    multer({ limits: { fileSize: 10, files: 1, fields: 1, fieldSize: 10 } }).fields([{ name: 'a', maxCount: 2 }]),
  ],
]

async function answerTo(parse: RequestHandler, call: { headers?: Record<string, string>; body?: string | Uint8Array }) {
  const reported: unknown[] = []
  const { errorBoundary } = adapter({ onError: (error) => void reported.push(error) })
  const app = express()
  app.post('/', parse, (_request, response) => void response.send('read'))
  app.use(errorBoundary())
  const server = await testServer(app)
  try {
    const answer = await server.call('/', { method: 'POST', ...call })
    return { answer, reported }
  } finally {
    await server.close()
  }
}

/** Express 4 knows no Brotli. */
describe.each(parsers)('what %s can’t read', (_name, kind, parse) => {
  test.each(brokenBodies.filter((body) => body.kind === kind))(
    'is the caller’s: $what',
    async ({ headers, body, status, code }) => {
      const { answer, reported } = await answerTo(parse, { headers, body })
      const unknown = headers['content-encoding'] === 'br' && answer.status === 415
      if (!unknown) expect([answer.status, answer.json().code]).toEqual([status, code])
      expect(reported).toEqual([])
    },
  )
})

test('a file that nobody asked for is the caller’s', async () => {
  const headers = { 'content-type': 'multipart/form-data; boundary=X' }
  const body = '--X\r\nContent-Disposition: form-data; name="b"; filename="a"\r\n\r\nx\r\n--X--\r\n'
  const { answer, reported } = await answerTo(upload.single('a'), { headers, body })
  expect([answer.status, answer.json().code, reported]).toEqual([400, 'invalid-input', []])
})

test.each([
  [401, { 'WWW-Authenticate': 'Basic realm="a"' }],
  [405, { Allow: 'GET' }],
  [416, { 'Content-Range': 'bytes */9' }],
  [429, { 'Retry-After': 30 }],
])('an error of http-errors with %p keeps its field', async (status, headers) => {
  const { answer } = await answerTo((_request, _response, next) => next(createError(status, { headers })), {})
  expect(answer.status).toBe(status)
  for (const [name, value] of Object.entries(headers)) expect(answer.headers[name.toLowerCase()]).toBe(String(value))
})

test('a range that express.static can’t serve tells how long the file is', async () => {
  const { errorBoundary } = adapter({ onError: () => undefined })
  const app = express()
  app.use(express.static(import.meta.dirname, { fallthrough: false }))
  app.use(errorBoundary())
  const server = await testServer(app)
  try {
    const answer = await server.call('/parsers.test.ts', { headers: { Range: 'bytes=999999999-' } })
    expect([answer.status, answer.headers['content-range']]).toEqual([416, expect.stringMatching(/^bytes \*\/\d+$/)])
  } finally {
    await server.close()
  }
})
