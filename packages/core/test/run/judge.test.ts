import { recordEvents } from '@ashlar/testkit'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'

import { run, stepsOf } from '../../src/adapter.ts'
import { ALLOW, allow, type Guard } from '../../src/index.ts'
import { close, contextOf, decide, guardThat, recordingPort } from '../recording-port.ts'

describe('a guard that', () => {
  test.each([
    ['reads the route in front', guardThat(() => ALLOW, { reads: 'route' }), 'ERR_GUARD_TOO_EARLY'],
    ['reads the body in front', guardThat(() => ALLOW, { reads: 'body' }), 'ERR_GUARD_TOO_EARLY'],
    ['needs what nobody added', guardThat(() => ALLOW, { needs: ['colour'] as never }), 'ERR_GUARD_ORDER'],
    ['answers nothing', guardThat(() => undefined as never), 'ERR_GUARD_INVALID'],
    ['denies nothing', guardThat(() => ({ kind: 'deny' }) as never), 'ERR_GUARD_INVALID'],
    ['responds with no status', guardThat(() => ({ kind: 'respond', status: 99 }) as never), 'ERR_GUARD_INVALID'],
    ['lists no effects', guardThat(() => ({ ...ALLOW, also: 7 }) as never), 'ERR_GUARD_INVALID'],
    ['lists effects that are none', guardThat(() => ({ ...ALLOW, also: [null] }) as never), 'ERR_GUARD_INVALID'],
  ])('%s has refused', async (_, guard, code) => {
    const recorder = recordEvents()
    const { passed, port } = await decide([guard])
    recorder.stop()
    expect(passed).toBe(false)
    expect(port.reported).toMatchObject([{ code }])
    expect(port.answers).toMatchObject([{ status: 500, problem: { code: 'internal-error' } }])
    expect(recorder.verdicts.map(({ decision }) => decision)).toMatchObject([{ outcome: 'error', status: 500, code }])
  })

  test('reads the body is in its place where there is one, or a route', async () => {
    const guard = guardThat(() => ALLOW, { reads: 'body' })
    expect((await decide([guard], { port: recordingPort({ body: () => ({}) }) })).passed).toBe(true)
    expect((await decide([guard], { port: recordingPort({ route: () => '/x' }) })).passed).toBe(true)
    const route = guardThat(() => ALLOW, { reads: 'route' })
    expect((await decide([route], { port: recordingPort({ body: () => ({}) }) })).passed).toBe(false)
  })
})

describe('a guard that answers late', () => {
  beforeEach(() => void jest.useFakeTimers())
  afterEach(() => void jest.useRealTimers())

  test('has refused, and its hook is called at the end like any other', async () => {
    let answer: (verdict: ReturnType<typeof allow>) => void = () => undefined
    const slow = guardThat(() => new Promise((resolve) => (answer = resolve))) as Guard
    const port = recordingPort({ guardTimeoutMs: 100 })
    const context = contextOf()
    const passed = run(port, stepsOf([slow]), context)
    jest.advanceTimersByTime(100)
    expect(await passed).toBe(false)
    expect(port.answers).toMatchObject([{ status: 503 }])
    const calls: string[] = []
    answer(allow({}, { afterResponse: () => void calls.push('late') }))
    await Promise.resolve()
    await Promise.resolve()
    expect(calls).toEqual([])
    close(context)
    expect(calls).toEqual(['late'])
  })
})

test.each([
  ['is no list of effects', { kind: 'allow', also: 7 }],
  ['lists no effects', { kind: 'allow', also: [null] }],
  [
    'can not be read',
    {
      get afterResponse() {
        throw new Error('unreadable')
      },
    },
  ],
])('a late verdict that %s is told of, and ends no process', async (_, verdict) => {
  jest.useFakeTimers()
  let answer: (verdict: never) => void = () => undefined
  const slow = guardThat(() => new Promise((resolve) => (answer = resolve))) as Guard
  const port = recordingPort({ guardTimeoutMs: 100 })
  const passed = run(port, stepsOf([slow]), contextOf())
  jest.advanceTimersByTime(100)
  expect(await passed).toBe(false)
  jest.useRealTimers()
  answer(verdict as never)
  await new Promise(setImmediate)
  expect(port.reported).toHaveLength(2)
})

test('a hook that is added after the end is called at once, and its failure is the operator’s to know', async () => {
  let answer: (verdict: ReturnType<typeof allow>) => void = () => undefined
  const slow = guardThat(() => new Promise((resolve) => (answer = resolve)))
  const before = guardThat(() => allow({}, { afterResponse: () => undefined }))
  const port = recordingPort()
  const context = contextOf()
  const passed = run(port, stepsOf([before, slow]), context)
  context.response.emit('close')
  answer(allow({}, { afterResponse: () => Promise.reject(new Error('hook')) }))
  expect(await passed).toBe(false)
  await Promise.resolve()
  expect(port.reported).toMatchObject([{ message: 'hook' }])
})
