import { describe, expect, jest, test } from '@jest/globals'

import { singleFlight } from '../../src/time/single-flight.ts'

describe('singleFlight()', () => {
  test('asks once for all who ask the same at once, and again afterwards', async () => {
    const flights = singleFlight<string, number>()
    let answers = 0
    const make = jest.fn(async () => ++answers)
    const both = [flights.run('a', make), flights.run('a', make)]
    const other = flights.run('b', make)
    expect(await Promise.all([...both, other])).toEqual([1, 1, 2])
    expect(await flights.run('a', make)).toBe(3)
  })

  test('forgets a failure, also one that is thrown at once', async () => {
    const flights = singleFlight<string, number>()
    const failing = () => {
      throw new Error('down')
    }
    const both = [flights.run('a', failing), flights.run('a', async () => 1)]
    expect(await Promise.allSettled(both)).toEqual(Array(2).fill({ status: 'rejected', reason: new Error('down') }))
    await expect(flights.run('a', () => Promise.reject(new Error('still')))).rejects.toThrow('still')
    await expect(flights.run('a', () => 7)).resolves.toBe(7)
  })

  test('has landed when whoever waited goes on', async () => {
    const flights = singleFlight<string, number>()
    const again = flights.run('a', async () => 1).then(() => flights.run('a', async () => 2))
    expect(await again).toBe(2)
  })
})
