import { createServer } from 'node:http'

import { describe, expect, test } from '@jest/globals'

import { testServer } from '../src/index.ts'

describe('a test server', () => {
  test('is called as told, and tells all that comes back', async () => {
    const server = await testServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const { method, url, headers } = request
        response.setHeader('X-Colour', ['blue', 'red'])
        response.end(
          JSON.stringify({ method, url, type: headers['content-type'], body: Buffer.concat(chunks).toString() }),
        )
      })
    })
    try {
      const answer = await server.call('/x?y', { method: 'PUT', body: { a: 1 } })
      expect(answer.status).toBe(200)
      expect(answer.json()).toEqual({ method: 'PUT', url: '/x?y', type: 'application/json', body: '{"a":1}' })
      expect(answer.rawHeaders.filter((name) => name === 'X-Colour')).toHaveLength(2)
      const text = await server.call('/', { method: 'POST', body: 'plain', headers: { 'content-type': 'text/plain' } })
      expect(text.json()).toMatchObject({ type: 'text/plain', body: 'plain' })
      expect(await server.raw('nonsense\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /)
    } finally {
      await server.close()
    }
    await expect(server.call('/')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await expect(server.raw('')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('may be a server that is there already', async () => {
    const own = createServer((_request, response) => void response.end('own'))
    const server = await testServer(own)
    expect(server.server).toBe(own)
    expect((await server.call('/')).text).toBe('own')
    await server.close()
  })
})
