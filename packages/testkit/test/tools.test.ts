import { createServer } from 'node:http'

import { ALLOW, deny, type Guard, problem } from '@ashlar/core'
import { frontDoor } from '@ashlar/node'
import { describe, expect, test } from '@jest/globals'

import { fakeClock, recordEvents, testRequest, testServer } from '../src/index.ts'

test('a fake clock stands still until it is told to move', () => {
  const clock = fakeClock()
  expect(clock.now()).toBe(Date.UTC(2026, 0, 1))
  clock.advance(1500)
  expect(clock.now()).toBe(Date.UTC(2026, 0, 1) + 1500)
  clock.set(7)
  expect(clock.now()).toBe(7)
  expect(fakeClock(3).now()).toBe(3)
})

test('a test request is what a guard would see', () => {
  const request = testRequest({
    method: 'POST',
    target: '/orders/7?x=1',
    headers: { 'X-Colour': 'blue', Host: 'shop.example' },
    address: '198.51.100.1',
    secure: true,
    params: { id: '7' },
    body: { total: 3 },
  })
  expect(request).toMatchObject({
    method: 'POST',
    path: '/orders/7',
    query: { x: '1' },
    address: '198.51.100.1',
    secure: true,
    route: '/',
    params: { id: '7' },
    body: { total: 3 },
  })
  expect(request.headers).toEqual({ 'x-colour': 'blue', host: 'shop.example' })
})

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

test('a recorder keeps what was published while it recorded', async () => {
  const guard = (name: string, check: Guard['check']): Guard => ({ name, layer: 'custom', reads: 'head', check })
  const door = frontDoor(
    (_request, response) => void response.end('served'),
    guard('first', () => ALLOW),
    guard('second', ({ headers }) =>
      headers['x-pass'] ? ALLOW : deny(problem('not-permitted'), { event: 'authz_fail' }),
    ),
  )
  const server = await testServer(door)
  const recorder = recordEvents()
  try {
    await server.call('/')
    expect(await recorder.completed()).toMatchObject({ outcome: { status: 403, refused: true } })
    expect(recorder.decisions()).toEqual(['front door: allow', 'first: allow', 'second: deny'])
    expect(recorder.events.map(({ name }) => name)).toEqual(['authz_fail', 'request_completed'])
    recorder.clear()
    const next = recorder.completed()
    await server.call('/', { headers: { 'X-Pass': '1' } })
    expect(await next).toMatchObject({ outcome: { status: 200, refused: false } })
    expect(recorder.decisions()).toEqual(['front door: allow', 'first: allow', 'second: allow'])
    recorder.stop()
    await server.call('/')
    expect(recorder.verdicts).toHaveLength(3)
  } finally {
    recorder.stop()
    await server.close()
  }
})
