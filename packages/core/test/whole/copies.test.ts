import { ServerResponse } from 'node:http'

import { recordEvents } from '@ashlar/testkit'
import { expect, jest, test } from '@jest/globals'

import * as adapterHere from '../../src/adapter.ts'
import * as coreHere from '../../src/index.ts'
import { contextOf, guardThat, recordingPort } from '../recording-port.ts'

const here = { ...coreHere, ...adapterHere }
let there: typeof here
await jest.isolateModulesAsync(async () => {
  there = { ...(await import('../../src/index.ts')), ...(await import('../../src/adapter.ts')) }
})

/** Front door of one copy, route of another: what happens when two versions are installed side by side. */
test('two copies of core in one process share state and understand each other', async () => {
  expect(there.ALLOW).not.toBe(here.ALLOW)
  const recorder = recordEvents()
  const context = contextOf('/x')
  const port = recordingPort()
  const paint = guardThat(() => here.allow({ colour: 'blue' }), { name: 'paint' })
  const nested = guardThat(() => there.ALLOW, { name: 'nested' }) as coreHere.Guard
  expect(await here.run(port, here.stepsOf([paint, there.chain(nested, nested)]), context)).toBe(true)
  expect(there.slot<string>('colour').of(context.request)).toBe('blue')

  const needy = guardThat(() => there.ALLOW, { name: 'needy', needs: ['colour'] as never })
  expect(await there.run(port, there.stepsOf([needy, here.some(nested)]), context)).toBe(true)
  expect(here.stateOf(context.request)).toBe(there.stateOf(context.request))
  expect(recorder.decisions()).toEqual([
    'paint: allow',
    'nested: allow',
    'nested: allow',
    'needy: allow',
    'nested: allow',
  ])

  const down = guardThat(() => {
    throw new here.UnavailableError('store')
  })
  expect(await there.run(port, there.stepsOf([down]), context)).toBe(false)
  expect(port.answers.at(-1)).toMatchObject({ status: 503 })

  const tooEarly = guardThat(() => there.ALLOW, { reads: 'route' })
  expect(await there.run(port, there.stepsOf([tooEarly]), context)).toBe(false)
  expect(port.reported.at(-1)).toMatchObject({ code: 'ERR_GUARD_TOO_EARLY' })
  expect(there.problemOf(new here.UnavailableError('store'), { development: false }).status).toBe(503)
  recorder.stop()
})

test('two copies make the headers of an Express response final once, and wrap its prototype once', () => {
  const prototype = Object.create(ServerResponse.prototype) as ServerResponse
  const wrappers = new Set<unknown>()
  for (const core of [here, there, here]) {
    const context = contextOf()
    Object.setPrototypeOf(context.response, prototype)
    let calls = 0
    const hook = guardThat(() => ({ kind: 'allow', beforeHeaders: () => void calls++ as undefined }))
    expect(core.run(recordingPort(), core.stepsOf([hook]), context)).toBe(true)
    context.response.writeHead(200)
    expect(calls).toBe(1)
    expect(Object.hasOwn(context.response, 'writeHead')).toBe(false)
    wrappers.add(prototype.writeHead)
  }
  expect(wrappers.size).toBe(1)
})
