import { expect, test } from '@jest/globals'
import { custom } from '../../src/options.ts'
import { AT } from './reading.ts'

test('custom() is given what stands there, and where', () => {
  expect(custom((value, at) => [value, at.where, at.option])(undefined, AT)).toEqual([undefined, 'x()', 'option'])
})
