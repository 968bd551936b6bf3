import { createServer, type IncomingMessage } from 'node:http'

import { testRequest } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'

import { headerValues } from '../../src/http.ts'

describe('headerValues()', () => {
  test('tells every value in order, by its name in any case', () => {
    const request = { rawHeaders: ['Accept', 'a', 'X-Other', 'accept', 'ACCEPT', 'b'], headers: { accept: 'a, b' } }
    expect(headerValues(request, 'accept')).toEqual(['a', 'b'])
    expect(headerValues(request, 'ACCEPT')).toEqual(['a', 'b'])
    expect(headerValues(request, 'x-missing')).toEqual([])
  })

  test('goes by the headers where the raw ones are missing, empty or without the name', () => {
    const headers = { authorization: 'Bearer x', 'set-cookie': ['a', 'b'] }
    for (const rawHeaders of [undefined, [], ['X-Other', 'y']]) {
      expect(headerValues({ rawHeaders, headers }, 'Authorization')).toEqual(['Bearer x'])
      expect(headerValues({ rawHeaders, headers }, 'set-cookie')).toEqual(['a', 'b'])
      expect(headerValues({ rawHeaders, headers }, 'x-missing')).toEqual([])
    }
    expect(headerValues({}, 'authorization')).toEqual([])
  })

  test('makes texts of what mocks say in numbers, and nothing of nothing', () => {
    const headers = { 'content-length': 5, 'x-none': undefined, 'x-null': null } as never
    expect(headerValues({ headers }, 'content-length')).toEqual(['5'])
    expect(headerValues({ headers }, 'x-none')).toEqual([])
    expect(headerValues({ headers }, 'x-null')).toEqual([])
  })

  test('believes no prototype', () => {
    expect(headerValues({ headers: Object.create({ authorization: 'Bearer x' }) }, 'authorization')).toEqual([])
    for (const name of ['__proto__', 'constructor', 'toString']) expect(headerValues({ headers: {} }, name)).toEqual([])
  })

  test('survives raw headers with a name and no value', () => {
    expect(headerValues({ rawHeaders: ['a', '1', 'a'] }, 'a')).toEqual(['1'])
  })

  test('reads a request of node, and what was made from one', async () => {
    const seen: (readonly string[])[] = []
    const server = createServer((request, response) => {
      const derived = Object.create(request) as IncomingMessage
      seen.push(headerValues(request, 'X-Two'), headerValues(derived, 'x-two'))
      response.end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    await fetch(`http://127.0.0.1:${port}`, { headers: { 'x-two': 'a' } })
    await new Promise((resolve) => server.close(resolve))
    expect(seen).toEqual([['a'], ['a']])
  })

  test('is what the view of a request tells', () => {
    const request = testRequest({ headers: { Authorization: 'Bearer x' } })
    expect(request.headers.authorization).toBe('Bearer x')
    request.raw.rawHeaders = []
    expect(request.headerValues('authorization')).toEqual(['Bearer x'])
  })
})
