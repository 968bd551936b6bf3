import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { EndsFirst } from '../../src/time/ends-first.ts'

test('EndsFirst knows what a sorted list would, whatever is removed', () => {
  const until = fc.oneof(fc.nat(20), fc.constantFrom(Number.POSITIVE_INFINITY, -5))
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ until }) },
    { weight: 1, arbitrary: fc.record({ remove: fc.nat(1000) }) },
    { weight: 1, arbitrary: fc.constant('first' as const) },
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300, size: 'max' }), (steps) => {
      const heap = new EndsFirst<{ readonly until: number; order: number; place: number }>()
      const sorted: { readonly until: number; order: number; place: number }[] = []
      for (const each of steps) {
        if (each === 'first' || 'remove' in each) {
          const [gone] = sorted.splice(each === 'first' ? 0 : each.remove % (sorted.length || 1), 1)
          if (gone) heap.remove(gone)
        } else {
          const added = { until: each.until, order: 0, place: 0 }
          heap.add(added)
          const after = sorted.findIndex((other) => other.until > added.until)
          sorted.splice(after === -1 ? sorted.length : after, 0, added)
        }
        expect(heap.first).toBe(sorted[0])
      }
      heap.clear()
      expect(heap.first).toBe(undefined)
    }),
  )
})
