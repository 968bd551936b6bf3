import { createServer, type Server } from 'node:http'

import { ALLOW, type Guard } from '@ashlar/core'
import { testServer } from '@ashlar/testkit'
import { afterEach, expect, jest, test } from '@jest/globals'
import { adapter, frontDoor, requireFrontDoor } from '../src/index.ts'

const pass: Guard = { name: 'pass', layer: 'custom', reads: 'head', check: () => ALLOW }
const EXPECTING = 'POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'
const OTHERWISE = EXPECTING.replace('100-continue', 'a-miracle')

afterEach(() => {
  jest.restoreAllMocks()
})

async function warningsOf(arrange: (server: Server) => void, door = frontDoor(served, pass)): Promise<unknown[]> {
  const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  const server = createServer(door)
  arrange(server)
  const running = await testServer(server)
  try {
    for (let request = 0; request < 2; request++) await running.call('/')
  } finally {
    await running.close()
  }
  return warned.mock.calls.map(([message]) => message)
}

const served = (_request: unknown, response: { end(text: string): void }): void => response.end('served')

test('a server on which only the door listens is no cause for a warning', async () => {
  const door = frontDoor(served, pass)
  const arrange = (server: Server): void => {
    server.on('checkContinue', door.checkContinue)
    server.on('checkExpectation', door)
  }
  expect(await warningsOf(arrange, door)).toEqual([])
  expect(await warningsOf(() => undefined)).toEqual([])
})

test.each(['checkContinue', 'checkExpectation'])(
  'somebody else who listens for %s is warned of once',
  async (event) => {
    const warnings = await warningsOf((server) => server.on(event, served))
    expect(warnings).toEqual([expect.stringContaining(`"${event}"`)])
  },
)

test('what expects something comes through the door by its own listeners, and is refused past it', async () => {
  jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  const told: unknown[] = []
  const { frontDoor, protect } = adapter({ onError: (error) => void told.push(error) })
  const inside = protect(requireFrontDoor())
  const app = (...[request, response]: Parameters<ReturnType<typeof frontDoor>>): void =>
    inside(request, response, () => response.end('served'))
  const door = frontDoor(app, pass)
  const guarded = await testServer(
    createServer(door).on('checkContinue', door.checkContinue).on('checkExpectation', door),
  )
  const open = await testServer(createServer(door).on('checkContinue', app).on('checkExpectation', app))
  try {
    expect(await guarded.raw(EXPECTING)).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 /)
    expect(await guarded.raw(OTHERWISE)).toMatch(/^HTTP\/1.1 200 /)
    for (const text of [EXPECTING, OTHERWISE]) expect(await open.raw(text)).toMatch(/^HTTP\/1.1 500 /)
    expect(told).toMatchObject([{ code: 'ERR_FRONT_DOOR_SKIPPED' }, { code: 'ERR_FRONT_DOOR_SKIPPED' }])
  } finally {
    await guarded.close()
    await open.close()
  }
})
