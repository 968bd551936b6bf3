import { describe, expect, test } from '@jest/globals'
import { duration, flag, listOf, type OptionReader, recordOf, text } from '../../src/options.ts'
import { AT } from './reading.ts'

describe('listOf() and recordOf()', () => {
  test('answer copies that nobody changes', () => {
    const given = ['a']
    const list = listOf(text())(given, AT)
    given.push('b')
    expect(list).toEqual(['a'])
    expect(Object.isFrozen(list)).toBe(true)
    const record = recordOf(duration())({ constructor: '1s' }, AT)
    expect(Object.entries(record)).toEqual([['constructor', 1000]])
    expect(Object.isFrozen(record)).toBe(true)
    expect(record['toString']).toBeUndefined()
  })

  test.each<[OptionReader<unknown>, unknown, string]>([
    [listOf(text()), [], '"option" must be a list of at least 1 entry, not of 0.'],
    [
      listOf(text(), { max: 2 }),
      ['a', 'b', 'c'],
      '"option" must be a list of at least 1 entry, and at most 2, not of 3.',
    ],
    [listOf(text()), 'abc', '"option" must be a list, not a text of 3 characters. Put it in brackets: […].'],
    [listOf(text()), ['a', undefined], '"option[1]" must be given, not undefined.'],
    [listOf(text({ fallback: 'x' })), ['a', undefined], '"option[1]" must be given, not undefined.'],
    [listOf(listOf(flag())), [[true], [1]], '"option[1][0]" must be true or false, not 1.'],
    [listOf(text(), { unique: true }), ['a', 'b', 'a'], '"option[2]" must be different from the entries before it.'],
    [listOf(text()), new Set(['a']), '"option" must be a list, not a Set.'],
    [recordOf(text()), {}, '"option" must be an object with at least 1 and at most 10000 entries, not 0.'],
    [recordOf(flag()), { a: 1 }, '"option.a" must be true or false, not 1.'],
    [recordOf(flag()), { 'a.b': 1 }, 'option["a.b"] must be true or false, not 1.'],
    [recordOf(flag()), { a: undefined }, '"option.a" must be given, not undefined.'],
    [recordOf(flag()), JSON.parse('{"__proto__": true}'), '"option.__proto__" must be under a name.'],
    [recordOf(flag()), { '': true }, 'option[""] must be under a name.'],
    [
      recordOf(flag(), { names: /^[a-z]+$/, says: 'a role such as editor' }),
      { A: true },
      '"option.A" must be under a role such as editor.',
    ],
    [recordOf(flag()), new Map(), '"option" must be an object, not a Map.'],
    [recordOf(flag()), { [Symbol('s')]: true }, '"option" must be an object with names, not a symbol.'],
  ])('refuse %#', (reader, value, says) => {
    expect(() => reader(value, AT)).toThrow(expect.objectContaining({ message: `x(): ${says}` }))
  })
})
