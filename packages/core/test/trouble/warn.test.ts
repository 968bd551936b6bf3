import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'

import { warn } from '../../src/index.ts'
import { warnOnce } from '../../src/trouble/warn.ts'

let said: unknown[][]

beforeEach(() => {
  said = []
  jest.spyOn(process, 'emitWarning').mockImplementation((...values: unknown[]) => void said.push(values))
})

afterEach(() => {
  jest.restoreAllMocks()
})

test('is a process warning with its code', () => {
  warn('ASHLAR_FIRST', 'this is weak')
  expect(said).toEqual([['this is weak', { type: 'AshlarWarning', code: 'ASHLAR_FIRST' }]])
})

test('a code that has a page names it', () => {
  warn('ERR_ADDRESS_UNKNOWN', 'nobody knows')
  const detail = 'See node_modules/@ashlar/core/reference/errors/ERR_ADDRESS_UNKNOWN.md'
  expect(said).toEqual([['nobody knows', { type: 'AshlarWarning', code: 'ERR_ADDRESS_UNKNOWN', detail }]])
})

test('says the same code with the same message once, and another of either', () => {
  for (let i = 0; i < 3; i++) {
    warn('ASHLAR_A', 'one')
    warn('ASHLAR_A', 'two')
    warn('ASHLAR_B', 'one')
  }
  expect(said.map(([message]) => message)).toEqual(['one', 'two', 'one'])
})

test('code and message are not joined to one text', () => {
  warn('ASHLAR_X', '","y')
  warn('ASHLAR_X","' as 'ASHLAR_X', 'y')
  expect(said).toHaveLength(2)
})

test('one kind of trouble is said once, though messages differ', () => {
  warnOnce('ERR_BACKGROUND_FAILURE', 'after 3 ms', 'lost')
  warnOnce('ERR_BACKGROUND_FAILURE', 'after 4 ms', 'lost')
  expect(said.map(([message]) => message)).toEqual(['after 3 ms'])
})

test('remembers a thousand, and forgets the oldest first', () => {
  for (let i = 0; i <= 1000; i++) warn('ASHLAR_MANY', String(i))
  said.length = 0
  warn('ASHLAR_MANY', '1000')
  warn('ASHLAR_MANY', '1')
  expect(said).toEqual([])
  warn('ASHLAR_MANY', '0')
  expect(said).toHaveLength(1)
})

test('never throws', () => {
  jest.spyOn(process, 'emitWarning').mockImplementation(() => {
    throw new Error('replaced by a test runner')
  })
  expect(() => warn('ASHLAR_THROWS', 'x')).not.toThrow()
})
