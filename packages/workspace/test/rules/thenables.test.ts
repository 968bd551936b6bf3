import { expect, test } from '@jest/globals'

import { thenables } from '../../src/rules/thenables.ts'
import { faults, plantedHouse } from './planted-house.ts'

test.each([
  ['value instanceof Promise', 'asks for `instanceof Promise`'],
  ['if (!(ask(value)) || value instanceof globalThis.Promise) go()', 'asks for `instanceof Promise`'],
  ['types.isPromise(value)', 'asks `isPromise`'],
  ['isPromise(value)', 'asks `isPromise`'],
])('%s', (line, says) => {
  expect(faults(thenables, plantedHouse({ core: { 'src/a.ts': `// é\n\n${line}` } }))).toEqual([`src/a.ts:3 ${says}`])
})

test.each([
  'isThenable(value)',
  'value instanceof PromiseLike',
  '// value instanceof Promise',
  'const text = "value instanceof Promise"',
  'Promise.resolve(value)',
])('%s is none', (line) => {
  expect(faults(thenables, plantedHouse({ core: { 'src/a.ts': line } }))).toEqual([])
})

test('tests may ask', () => {
  expect(faults(thenables, plantedHouse({ core: { 'test/a.test.ts': 'value instanceof Promise' } }))).toEqual([])
})
