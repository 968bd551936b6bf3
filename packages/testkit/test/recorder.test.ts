import { ALLOW, deny, type Guard, problem } from '@ashlar/core'
import { frontDoor } from '@ashlar/node'
import { expect, test } from '@jest/globals'

import { recordEvents, testServer } from '../src/index.ts'

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
