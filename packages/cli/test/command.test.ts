import { describe, expect, test } from '@jest/globals'

import { parse, UsageError, wholeNumber } from '../src/command.ts'

const SYNTAX = { arguments: 1, values: ['out'], lists: ['key'], flags: ['json'] } as const

describe('parse', () => {
  test('reads arguments, values, lists and flags', () => {
    const { positionals, values, lists, flags, need } = parse(
      ['folder', '--out', 'file', '--key', 'a', '--key', 'b', '--json'],
      SYNTAX,
    )
    expect([positionals, values, lists, flags]).toEqual([
      ['folder'],
      { out: 'file' },
      { key: ['a', 'b'] },
      { json: true },
    ])
    expect(need('out')).toBe('file')
  })

  test('what is not given is not there', () => {
    const { values, lists, flags, need } = parse(['folder'], SYNTAX)
    expect([values.out, lists.key, flags.json]).toEqual([undefined, [], false])
    expect(() => need('out')).toThrow('--out is required')
  })

  test.each([
    [[], 'Expected 1 argument'],
    [['a', 'b'], 'Expected 1 argument'],
    [['a', '--out', 'x', '--out', 'y'], '--out is given 2 times'],
    [['a', '--out'], '--out'],
    [['a', '--jsn'], '--jsn'],
  ])('%j is wrong', (args, says) => {
    expect(() => parse(args, SYNTAX)).toThrow(UsageError)
    expect(() => parse(args, SYNTAX)).toThrow(says)
  })
})

test.each(['', '0', '-1', '1.5', '1e3', ' 7', 'seven', '9007199254740993'])('%j is no whole number', (text) => {
  expect(() => wholeNumber('lines', text)).toThrow('--lines is a whole number')
})

test('a whole number', () => expect(wholeNumber('lines', '20')).toBe(20))
