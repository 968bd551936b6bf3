import { type TestServer, testRequest } from '@ashlar/testkit'
import { afterEach, describe, expect, jest, test } from '@jest/globals'

import { processTime, requestId } from '../../src/index.ts'
import { FRAMEWORKS, tokenGuard } from '../apps.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

let server: TestServer | undefined
afterEach(async () => {
  await server?.close()
  jest.restoreAllMocks()
})

describe.each(FRAMEWORKS)('%s', (_, serve) => {
  test('both headers are on a success, a refusal, a 404 and a thrown error', async () => {
    jest.spyOn(console, 'error').mockImplementation(() => {})
    server = await serve([requestId(), processTime(), tokenGuard])
    const headers = { authorization: 'Bearer token' }
    for (const [target, status, sent] of [
      ['/orders/1', 200, headers],
      ['/orders/1', 401, {}],
      ['/nowhere', 404, headers],
      ['/broken', 500, headers],
      ['//ambiguous', 400, headers],
    ] as const) {
      const answer = await server.call(target, { headers: sent })
      expect([target, answer.status]).toEqual([target, status])
      expect(answer.headers['x-request-id']).toMatch(UUID)
      expect(answer.headers['x-process-time']).toMatch(/^\d+\.\d{6}$/)
      expect(Number(answer.headers['x-process-time'])).toBeGreaterThan(0)
    }
  })

  test("a caller's well-formed id is kept, on the answer and in the problem", async () => {
    server = await serve([requestId(), tokenGuard])
    const answer = await server.call('/orders/1', { headers: { 'x-request-id': 'proxy-7f.00_1' } })
    expect(answer.headers['x-request-id']).toBe('proxy-7f.00_1')
    expect(answer.json()).toMatchObject({ requestId: 'proxy-7f.00_1' })
  })

  test.each([
    ['too short', 'abc'],
    ['too long', 'a'.repeat(129)],
    ['a space', 'abcdefgh ijkl'],
    ['markup', '<script>alert(1)</script>'],
    ['encoded line break', 'abcdefgh%0d%0aSet-Cookie:a=b'],
    ['quote', 'abcdefgh"x'],
    ['path', '../../etc/passwd'],
    ['two values', ['abcdefgh1', 'abcdefgh2']],
  ])('a malformed id is replaced: %s', async (_name, id) => {
    server = await serve([requestId()])
    const answer = await server.call('/orders/1', { headers: { 'x-request-id': id } })
    expect(answer.status).toBe(200)
    expect(answer.headers['x-request-id']).toMatch(UUID)
  })

  test.each(['\\x00', '\t\u0001', '\u001b[31m', '\u0085'])(
    'raw control characters never come back: %j',
    async (piece) => {
      server = await serve([requestId()])
      const head = `GET /orders/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Request-ID: abcdefgh${piece}ijk\r\n\r\n`
      const answer = await server.raw(head)
      expect(answer).not.toContain(`abcdefgh${piece}`)
    },
  )

  test('a line break in the id adds no header to the answer', async () => {
    server = await serve([requestId()])
    const answer = await server.raw(
      'GET /orders/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Request-ID: abcdefgh\r\n Set-Cookie: stolen=1\r\n\r\n',
    )
    expect(answer).not.toMatch(/^set-cookie/im)
    expect(answer).not.toContain('stolen')
  })
})

test('the guards are values: one for all', () => {
  expect(requestId()).toBe(requestId())
  expect(processTime()).toBe(processTime())
})

test('the request id needs no HTTP to be tested', () => {
  const request = testRequest({ headers: { 'x-request-id': 'abcdefgh-1' } })
  expect(requestId().check(request, {})).toEqual({ kind: 'allow', headers: { 'x-request-id': 'abcdefgh-1' } })
})
