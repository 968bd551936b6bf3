import { fakeClock } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import { type ExpiringMap, expiringMap } from '../../src/time/expiring-map.ts'

type Call =
  | { readonly does: 'get' | 'delete'; readonly key: string }
  | { readonly does: 'set'; readonly key: string; readonly life: number }
  | { readonly does: 'pass'; readonly ms: number }
  | { readonly does: 'clear' }

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', '__proto__')
const life = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: -3, max: 30 }) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY) },
)

function callsWith(pass: fc.Arbitrary<number>): fc.Arbitrary<Call[]> {
  return fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.record({ does: fc.constant('get' as const), key }) },
      { weight: 1, arbitrary: fc.record({ does: fc.constant('delete' as const), key }) },
      { weight: 5, arbitrary: fc.record({ does: fc.constant('set' as const), key, life }) },
      { weight: 3, arbitrary: fc.record({ does: fc.constant('pass' as const), ms: pass }) },
      { weight: 1, arbitrary: fc.record({ does: fc.constant('clear' as const) }) },
    ),
    { maxLength: 200, size: 'max' },
  )
}

/** The same, slowly: all that has not ended, in the order it was set in. */
function naive(max: number, whenFull: 'forget' | 'refuse', now: () => number) {
  let all: { key: string; value: number; until: number }[] = []
  const live = () => all.filter(({ until }) => now() < until)
  return {
    live,
    get: (wanted: string) => live().find(({ key }) => key === wanted)?.value,
    set(key: string, value: number, until: number) {
      all = live().filter((entry) => entry.key !== key)
      if (!(now() < until)) return false
      if (all.length >= max) {
        if (whenFull === 'refuse') return false
        const soonest = Math.min(...all.map((entry) => entry.until))
        const first = all.findIndex((entry) => entry.until === soonest)
        all.splice(first, 1)
      }
      all.push({ key, value, until })
      return true
    },
    delete(key: string) {
      all = all.filter((entry) => entry.key !== key)
    },
    clear() {
      all = []
    },
  }
}

describe('expiringMap()', () => {
  for (const whenFull of ['forget', 'refuse'] as const) {
    test(`does what a naive one does; when it is full it is to ${whenFull}`, () => {
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 5 }), callsWith(fc.nat(20)), (max, calls) => {
          const clock = fakeClock()
          const map = expiringMap<string, number>({ max, clock, whenFull })
          const model = naive(max, whenFull, () => clock.now())
          for (const [index, call] of calls.entries()) {
            if (call.does === 'pass') clock.advance(call.ms)
            else if (call.does === 'get') expect(map.get(call.key)).toBe(model.get(call.key))
            else if (call.does === 'set') {
              const until = clock.now() + call.life
              expect(map.set(call.key, index, until)).toBe(model.set(call.key, index, until))
            } else if (call.does === 'delete') {
              map.delete(call.key)
              model.delete(call.key)
            } else {
              map.clear()
              model.clear()
            }
            expect(map.size).toBeLessThanOrEqual(max)
            const held = model.live().map(({ key, value }) => [key, value])
            expect([...map.entries()].sort()).toEqual(held.sort())
          }
        }),
      )
    })

    test(`survives a clock that jumps either way; when it is full it is to ${whenFull}`, () => {
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 5 }), callsWith(fc.integer({ min: -40, max: 40 })), (max, calls) => {
          let now = 1_000_000
          const map = expiringMap<string, number>({ max, clock: { now: () => now }, whenFull })
          const last = new Map<string, { value: number; until: number }>()
          for (const [index, call] of calls.entries()) {
            if (call.does === 'pass') now += call.ms
            else if (call.does === 'clear') {
              map.clear()
              last.clear()
            } else if (call.does === 'delete') {
              map.delete(call.key)
              last.delete(call.key)
            } else if (call.does === 'set') {
              const kept = map.set(call.key, index, now + call.life)
              if (kept) last.set(call.key, { value: index, until: now + call.life })
              else last.delete(call.key)
              expect(map.get(call.key)).toBe(kept ? index : undefined)
            } else {
              const value = map.get(call.key)
              if (value !== undefined) {
                expect(value).toBe(last.get(call.key)!.value)
                expect(now).toBeLessThan(last.get(call.key)!.until)
              }
            }
            expect(map.size).toBeLessThanOrEqual(max)
          }
        }),
      )
    })
  }

  test('lets go of what has ended while new entries come, without being asked for it', () => {
    const clock = fakeClock()
    const map = expiringMap<number, string>({ max: 1000, clock })
    for (let key = 0; key < 500; key++) map.set(key, 'old', clock.now() + 10)
    clock.advance(10)
    for (let key = 500; key < 800; key++) map.set(key, 'new', clock.now() + 10)
    expect(map.size).toBe(300)
  })

  test('compares no more for a change when it holds more, full or not', () => {
    for (const max of [1_000, 64_000]) {
      for (const whenFull of ['forget', 'refuse'] as const) {
        const { map, compared } = counted(max, whenFull)
        for (let key = 0; key < max; key++) map.set(key, 0, untilOf(1e6 + ((key * 7919) % 10_007)))
        compared.count = 0
        const changes = 1000
        for (let key = max; key < max + changes; key++) map.set(key, 0, untilOf(1e6 + ((key * 7919) % 10_007)))
        expect(compared.count / changes).toBeLessThan(6 * Math.log2(max))

        function untilOf(value: number): number {
          return {
            valueOf() {
              compared.count++
              return value
            },
          } as unknown as number
        }
      }
    }
  })

  test('must have a bound', () => {
    for (const max of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '5', undefined]) {
      const code = max === undefined ? 'ERR_OPTION_MISSING' : 'ERR_OPTION_INVALID'
      expect(() => expiringMap({ max: max as number })).toThrow(expect.objectContaining({ code }))
    }
  })
})

test('a misspelt word, or a clock that is none, is refused and does not mean the default', () => {
  for (const options of [
    { max: 1, whenFull: 'refuses' },
    { max: 1, whenfull: 'refuse' },
    { max: 1, clock: {} },
  ]) {
    expect(() => expiringMap(options as never)).toThrow(expect.objectContaining({ name: 'ConfigurationError' }))
  }
})

function counted(max: number, whenFull: 'forget' | 'refuse') {
  const compared = { count: 0 }
  const map: ExpiringMap<number, number> = expiringMap({ max, clock: { now: () => 0 }, whenFull })
  return { map, compared }
}
