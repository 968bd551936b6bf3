import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import { checkOptionNames, numberOption } from '../../src/options.ts'

const KNOWN = ['capacity', 'refillPerSecond', 'key']

describe('checkOptionNames()', () => {
  test('accepts what is known', () => {
    expect(() => checkOptionNames('limit', { capacity: 1, key: undefined }, KNOWN)).not.toThrow()
    expect(() => checkOptionNames('limit', {}, KNOWN)).not.toThrow()
  })

  for (const [name, hint] of [
    ['capactiy', 'Did you mean "capacity"?'],
    ['Capacity', 'Did you mean "capacity"?'],
    ['refilPerSecond', 'Did you mean "refillPerSecond"?'],
    ['keys', 'Did you mean "key"?'],
    ['burst', 'Known are: capacity, refillPerSecond, key.'],
    ['constructor', 'Known are:'],
    ['__proto__', 'Known are:'],
  ]) {
    test(`explains "${name}"`, () => {
      const options = JSON.parse(`{ "${name}": 1 }`) as object
      expect(() => checkOptionNames('limit', options, KNOWN)).toThrow(
        expect.objectContaining({
          name: 'ConfigurationError',
          code: 'ERR_OPTION_UNKNOWN',
          message: expect.stringContaining(`limit: there is no option "${name}". ${hint}`),
        }),
      )
    })
  }

  test('refuses what is no object', () => {
    for (const options of [null, 7, 'capacity', undefined]) {
      expect(() => checkOptionNames('limit', options as never, KNOWN)).toThrow(
        expect.objectContaining({ code: 'ERR_OPTION_INVALID' }),
      )
    }
  })

  test('a name with one letter wrong always finds the right one', () => {
    fc.assert(
      fc.property(fc.constantFrom(...KNOWN), fc.nat(), fc.constantFrom('x', 'q', ''), (name, seed, letter) => {
        const at = seed % name.length
        const typo = name.slice(0, at) + letter + name.slice(at + 1)
        if (KNOWN.includes(typo)) return
        expect(() => checkOptionNames('limit', { [typo]: 1 }, KNOWN)).toThrow(`Did you mean "${name}"?`)
      }),
    )
  })
})

describe('numberOption()', () => {
  const range = { min: 1, max: 10, integer: true, fallback: 5 }

  test('takes the number, or the default where the option was left out', () => {
    expect(numberOption('limit', 'capacity', 7, range)).toBe(7)
    expect(numberOption('limit', 'capacity', undefined, range)).toBe(5)
    expect(numberOption('limit', 'rate', 0.5, { min: 0 })).toBe(0.5)
  })

  test('refuses what is out of range, no number or missing', () => {
    for (const value of [0, 11, 1.5, NaN, Infinity, -1, '7', null, true, 7n]) {
      expect(() => numberOption('limit', 'capacity', value as never, range)).toThrow(
        expect.objectContaining({
          code: 'ERR_OPTION_INVALID',
          message: `limit: "capacity" must be a whole number from 1 to 10, not ${String(value)}.`,
        }),
      )
    }
    expect(() => numberOption('limit', 'capacity', undefined, { min: 1 })).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION_MISSING' }),
    )
  })
})
