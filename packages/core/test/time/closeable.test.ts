import { describe, expect, jest, test } from '@jest/globals'

import { type Closeable, closeable } from '../../src/time/closeable.ts'

describe('closeable()', () => {
  test('closes at once, and once for all who ask', async () => {
    const close = jest.fn()
    const it = closeable(close as () => void)
    const ends = [it.close(), it.close(), it[Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]()]
    expect(close).toHaveBeenCalledTimes(1)
    await Promise.all(ends)
    await it.close()
    expect(close).toHaveBeenCalledTimes(1)
  })

  test('is part of something larger when it is spread', async () => {
    const close = jest.fn(async () => undefined)
    const it: Closeable = Object.freeze({ name: 'trail', ...closeable(close) })
    const { close: alone } = it
    await Promise.all([alone(), it[Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]()])
    expect(close).toHaveBeenCalledTimes(1)
  })

  test('tells everybody what went wrong', async () => {
    for (const close of [
      () => Promise.reject(new Error('disk full')),
      () => {
        throw new Error('disk full')
      },
    ]) {
      const it = closeable(close)
      await expect(it.close()).rejects.toThrow('disk full')
      await expect(it.close()).rejects.toThrow('disk full')
    }
  })

  test('may be closed by what it closes', async () => {
    let closes = 0
    const it: Closeable = closeable(() => {
      closes++
      void it.close()
    })
    await it.close()
    expect(closes).toBe(1)
  })
})
