import { createServer } from 'node:http'

import { testServer } from '@ashlar/testkit'
import { expect, test } from '@jest/globals'

import { adapter, frontDoor, requireFrontDoor } from '../src/index.ts'

test.each([
  [true, 200],
  [false, 500],
])('what came through the front door (%s) is let in by requireFrontDoor()', async (throughDoor, status) => {
  const told: unknown[] = []
  const { protect } = adapter({ onError: (error) => void told.push(error) })
  const guarded = protect(requireFrontDoor())
  const server = await testServer(
    createServer(
      throughDoor
        ? frontDoor((request, response) => guarded(request, response, () => response.end('served')))
        : (request, response) => guarded(request, response, () => response.end('served')),
    ),
  )
  try {
    expect((await server.call('/')).status).toBe(status)
    expect(told).toMatchObject(throughDoor ? [] : [{ code: 'ERR_FRONT_DOOR_SKIPPED' }])
  } finally {
    await server.close()
  }
})
