import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'

import { UnavailableError } from '../../src/errors.ts'
import { ask } from '../../src/time/ask.ts'

const WHAT = 'The store of colours'
const LATE = { code: 'ERR_DEPENDENCY_UNAVAILABLE', message: 'The store of colours did not answer in time.' }
const FAILED = { code: 'ERR_DEPENDENCY_UNAVAILABLE', message: 'The store of colours could not be asked.' }

/** Any thenable, typed as what `ask` takes. */
function thenable(then: (resolve: (value: number) => void, reject: (reason: unknown) => void) => void) {
  return { then } as unknown as PromiseLike<number>
}

describe('ask()', () => {
  beforeEach(() => void jest.useFakeTimers())
  afterEach(() => void jest.useRealTimers())

  test('hands a plain value back as it is, without a timer', () => {
    const value = { colour: 'blue' }
    expect(ask(WHAT, 100, () => value)).toBe(value)
    expect(ask(WHAT, 100, () => undefined)).toBe(undefined)
    expect(jest.getTimerCount()).toBe(0)
  })

  test('answers what comes in time, and leaves no timer behind', async () => {
    await expect(ask(WHAT, 100, async () => 7)).resolves.toBe(7)
    await expect(ask(WHAT, 100, () => Promise.reject(new Error('own')))).rejects.toMatchObject(FAILED)
    expect(jest.getTimerCount()).toBe(0)
  })

  test('makes one kind of failure of a throw, a rejection and the wrong kind of promise, with its cause', async () => {
    const cause = new Error('down')
    const failing = (): number => {
      throw cause
    }
    expect(() => ask(WHAT, 100, failing)).toThrow(expect.objectContaining({ ...FAILED, cause }))
    const unreadable = Object.defineProperty({}, 'then', { get: failing }) as unknown as number
    for (const question of [
      () => Promise.reject(cause),
      () => thenable(failing),
      () => unreadable,
      () => new Proxy(Promise.resolve(1), { get: failing }),
      () => thenable((_, reject) => reject(cause)),
    ]) {
      await expect(ask<number>(WHAT, 100, question)).rejects.toMatchObject({ ...FAILED, cause })
    }
    await expect(ask(WHAT, 100, () => Promise.reject(undefined))).rejects.toMatchObject({ ...FAILED, cause: undefined })
  })

  test('leaves an UnavailableError as it is, also one of another copy', async () => {
    let there: typeof import('../../src/errors.ts')
    await jest.isolateModulesAsync(async () => {
      there = await import('../../src/errors.ts')
    })
    for (const error of [new UnavailableError('lost'), new there!.UnavailableError('lost there')]) {
      await expect(ask(WHAT, 100, () => Promise.reject(error))).rejects.toBe(error)
      const failing = () => {
        throw error
      }
      expect(() => ask(WHAT, 100, failing)).toThrow(error)
    }
  })

  test('waits for any thenable, whatever it does when it is asked', async () => {
    await expect(ask(WHAT, 100, () => thenable((resolve) => resolve(1)))).resolves.toBe(1)
    const twice = thenable((resolve, reject) => {
      resolve(1)
      resolve(2)
      reject(new Error('after all'))
      throw new Error('and after that')
    })
    await expect(ask(WHAT, 100, () => twice)).resolves.toBe(1)
    const nested = thenable((resolve) => resolve(thenable((inner) => inner(3)) as unknown as number))
    await expect(ask(WHAT, 100, () => nested)).resolves.toBe(3)
    const never = ask(WHAT, 100, () => thenable(() => undefined))
    jest.advanceTimersByTime(100)
    await expect(never).rejects.toMatchObject(LATE)
  })

  test('rejects when the time is up, calls the question off, hands over what comes later and swallows a later rejection', async () => {
    const late = jest.fn()
    const callOff = jest.fn()
    let settle: (value: number) => void = () => undefined
    const value = ask(WHAT, 100, () => new Promise<number>((resolve) => (settle = resolve)), { late, callOff })
    let fail: (reason: Error) => void = () => undefined
    const failure = ask(WHAT, 100, () => new Promise((_, reject) => (fail = reject)), { late })
    jest.advanceTimersByTime(99)
    expect(jest.getTimerCount()).toBe(2)
    jest.advanceTimersByTime(1)
    await expect(value).rejects.toMatchObject(LATE)
    await expect(failure).rejects.toMatchObject(LATE)
    expect(callOff).toHaveBeenCalledTimes(1)
    settle(7)
    fail(new Error('unseen'))
    for (let turn = 0; turn < 5; turn++) await Promise.resolve()
    expect(late.mock.calls).toEqual([[7]])
    expect(callOff).toHaveBeenCalledTimes(1)
  })
})
