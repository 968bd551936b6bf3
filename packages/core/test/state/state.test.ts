import { inspect } from 'node:util'

import { describe, expect, test } from '@jest/globals'

import { run, stepsOf } from '../../src/adapter.ts'
import { ALLOW, allow, deny, problem, slot, stateOf } from '../../src/index.ts'
import { contextOf, decide, guardThat, recordingPort } from '../recording-port.ts'

const colour = slot<string>('colour')

describe('a slot', () => {
  test('reads what a guard has added, from a request or whatever holds one', async () => {
    const { context } = await decide([guardThat(() => allow({ colour: 'blue' }))])
    expect(colour.of(context.request)).toBe('blue')
    expect(colour.find({ req: context.request })).toBe('blue')
    expect(slot('colour').find(context.request)).toBe('blue')
  })

  test('that nobody has filled throws, or is undefined', async () => {
    const { context } = await decide([guardThat(() => ALLOW)])
    for (const request of [context.request, contextOf().request]) {
      expect(colour.find(request)).toBeUndefined()
      expect(() => colour.of(request)).toThrow(
        expect.objectContaining({ code: 'ERR_STATE_MISSING', message: expect.stringContaining('"colour"') }),
      )
      expect(() => colour.of({ req: request })).toThrow(expect.objectContaining({ code: 'ERR_STATE_MISSING' }))
    }
  })

  test.each([undefined, null, '', 7, {}, Symbol('x')])('is not called %p', (name) => {
    expect(() => slot(name as string)).toThrow(expect.objectContaining({ name: 'ConfigurationError' }))
  })

  test('inherits nothing', async () => {
    const { context } = await decide([guardThat(() => ALLOW)])
    for (const name of ['toString', 'constructor', '__proto__', 'hasOwnProperty']) {
      expect(slot(name).find(context.request)).toBeUndefined()
    }
    const polluted = await decide([guardThat(() => allow(JSON.parse('{ "__proto__": { "admin": true } }') as object))])
    expect(slot('admin').find(polluted.context.request)).toBeUndefined()
  })

  test('of a refusal is not filled', async () => {
    const refusal = { ...deny(problem('not-permitted')), state: { colour: 'blue' } }
    const { context } = await decide([guardThat(() => refusal)])
    expect(colour.find(context.request)).toBeUndefined()
  })
})

test('the whole state of a request that no guard has seen is empty', () => {
  expect(stateOf(contextOf().request)).toEqual({})
  expect(stateOf({ req: contextOf().request })).toEqual({})
})

test('what guards know is not shown when a request is logged', async () => {
  const { context } = await decide([guardThat(() => allow({ colour: 'hunter2' }))])
  expect(inspect(context.request, { depth: 20, showHidden: true })).not.toContain('hunter2')
})

test('a request keeps its state when middleware replaces what it has', async () => {
  const { context } = await decide([guardThat(() => allow({ colour: 'blue' }))])
  const { request } = context
  request.rawHeaders = []
  request.rawTrailers = []
  request.headers = {}
  expect(colour.of(request)).toBe('blue')
  expect(colour.of(Object.create(request) as typeof request)).toBe('blue')
  const standIn = { method: 'GET', url: '/', headers: {}, socket: {} } as never as typeof request
  expect(
    run(recordingPort(), stepsOf([guardThat(() => allow({ colour: 'red' }))]), { ...context, request: standIn }),
  ).toBe(true)
  expect(colour.of(standIn)).toBe('red')
})

test('what is exposed to the framework is the state after the last guard', () => {
  const exposed: object[] = []
  const port = recordingPort({ expose: (_, state) => void exposed.push({ ...state }) })
  run(port, stepsOf([guardThat(() => allow({ colour: 'blue' }))]), contextOf())
  run(
    port,
    stepsOf([guardThat(() => allow({ colour: 'red' })), guardThat(() => deny(problem('not-found')))]),
    contextOf(),
  )
  expect(exposed).toEqual([{ colour: 'blue' }])
})
