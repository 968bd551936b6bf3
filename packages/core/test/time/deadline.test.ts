import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'

import { withDeadline } from '../../src/time/deadline.ts'

const error = () => new Error('too late')

describe('withDeadline()', () => {
  beforeEach(() => void jest.useFakeTimers())
  afterEach(() => void jest.useRealTimers())

  test('answers what comes in time, and leaves no timer behind', async () => {
    await expect(withDeadline(Promise.resolve(7), 100, { error })).resolves.toBe(7)
    await expect(withDeadline(Promise.reject(new Error('own')), 100, { error })).rejects.toThrow('own')
    expect(jest.getTimerCount()).toBe(0)
  })

  test('rejects when the time is up, hands over what comes later, and swallows a later rejection', async () => {
    const late = jest.fn()
    let settle: (value: number) => void = () => undefined
    const value = withDeadline(new Promise<number>((resolve) => (settle = resolve)), 100, { error, late })
    let fail: (reason: Error) => void = () => undefined
    const failure = withDeadline(new Promise((_, reject) => (fail = reject)), 100, { error, late })
    jest.advanceTimersByTime(100)
    await expect(value).rejects.toThrow('too late')
    await expect(failure).rejects.toThrow('too late')
    settle(7)
    fail(new Error('unseen'))
    await Promise.resolve()
    await Promise.resolve()
    expect(late.mock.calls).toEqual([[7]])
  })

  test('a rejection in time is made of what it is told, and the question is called off when the time is up', async () => {
    const callOff = jest.fn()
    const failure = (cause: unknown) => new Error('not asked', { cause })
    await expect(withDeadline(Promise.reject(7), 100, { error, failure, callOff })).rejects.toMatchObject({
      message: 'not asked',
      cause: 7,
    })
    expect(callOff).not.toHaveBeenCalled()
    const hanging = withDeadline(new Promise(() => undefined), 100, { error, failure, callOff })
    await jest.advanceTimersByTimeAsync(100)
    jest.useRealTimers()
    await expect(hanging).rejects.toThrow('too late')
    expect(callOff).toHaveBeenCalledTimes(1)
  })

  test('what throws when the time is up, or is handed what comes late, ends no process', async () => {
    const throws = jest.fn(() => {
      throw new Error('own')
    })
    let settle: (value: number) => void = () => undefined
    const pending = new Promise<number>((resolve) => (settle = resolve))
    const value = withDeadline(pending, 100, { error, late: throws, callOff: throws })
    jest.advanceTimersByTime(100)
    await expect(value).rejects.toThrow('too late')
    settle(7)
    jest.useRealTimers()
    await new Promise(setImmediate)
    expect(throws).toHaveBeenCalledTimes(2)
  })

  test('does not keep the process alive', () => {
    jest.useRealTimers()
    const unref = jest.spyOn(Object.getPrototypeOf(setTimeout(() => undefined, 0)), 'unref')
    void withDeadline(new Promise(() => undefined), 60_000, { error }).catch(() => undefined)
    expect(unref).toHaveBeenCalled()
    unref.mockRestore()
  })
})
