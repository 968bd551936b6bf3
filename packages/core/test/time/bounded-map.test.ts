import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import { boundedMap } from '../../src/time/bounded-map.ts'

type Call =
  | { readonly does: 'get' | 'delete'; readonly key: string }
  | { readonly does: 'set'; readonly key: string; readonly value: number }

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', '__proto__')
const calls = fc.array(
  fc.oneof(
    fc.record({ does: fc.constantFrom('get' as const, 'delete' as const), key }),
    fc.record({ does: fc.constant('set' as const), key, value: fc.nat(12) }),
  ),
  { maxLength: 200, size: 'max' },
)

/** The same, slowly: entries in the order of their last use. */
function naive(max: number, maxWeight: number) {
  let entries: [string, number][] = []
  const find = (wanted: string) => entries.find(([name]) => name === wanted)
  const without = (unwanted: string) => entries.filter(([name]) => name !== unwanted)
  return {
    get size() {
      return entries.length
    },
    get(wanted: string) {
      const found = find(wanted)
      if (found) entries = [...without(wanted), found]
      return found?.[1]
    },
    set(name: string, value: number) {
      entries = without(name)
      if (value > maxWeight) return
      entries.push([name, value])
      const weighs = () => entries.reduce((sum, [, weight]) => sum + weight, 0)
      while (entries.length > max || weighs() > maxWeight) entries.shift()
    },
    delete(name: string) {
      const found = find(name) !== undefined
      entries = without(name)
      return found
    },
  }
}

describe('boundedMap()', () => {
  for (const maxWeight of [undefined, 20]) {
    test(`does what a naive one does, ${maxWeight ? 'by weight' : 'by number'}`, () => {
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 6 }), calls, (max, list: Call[]) => {
          const map = boundedMap<string, number>(max, maxWeight ? { max: maxWeight, of: (value) => value } : undefined)
          const model = naive(max, maxWeight ?? Number.POSITIVE_INFINITY)
          for (const call of list) {
            if (call.does === 'set') {
              map.set(call.key, call.value)
              model.set(call.key, call.value)
            } else expect(map[call.does](call.key)).toBe(model[call.does](call.key))
            expect(map.size).toBe(model.size)
          }
        }),
      )
    })
  }

  test('keeps nothing whose weight is no number, nor what was there before', () => {
    const map = boundedMap<string, number>(5, { max: 10, of: (value) => value })
    for (const weight of [Number.NaN, -1, 11]) {
      map.set('a', 1)
      map.set('a', weight)
      expect([map.get('a'), map.size]).toEqual([undefined, 0])
    }
  })

  test('must have a bound', () => {
    for (const max of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '5', undefined]) {
      expect(() => boundedMap(max as number)).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
    }
  })
})
