import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import { adapterSettings } from '../../src/adapter.ts'
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

describe('the options of an adapter', () => {
  test('have safe defaults', () => {
    const before = process.env['NODE_ENV']
    try {
      for (const [environment, development] of [
        ['development', true],
        ['production', false],
        ['test', false],
        ['Development', false],
        [undefined, false],
      ] as const) {
        if (environment === undefined) delete process.env['NODE_ENV']
        else process.env['NODE_ENV'] = environment
        expect(adapterSettings({})).toEqual({
          trust: undefined,
          development,
          guardTimeoutMs: 10_000,
          onError: undefined,
        })
      }
    } finally {
      process.env['NODE_ENV'] = before
    }
  })

  test('are checked', () => {
    for (const [options, code] of [
      [{ trustProxy: true }, 'ERR_OPTION_UNKNOWN'],
      [{ trustedProxies: 'loopback' }, 'ERR_OPTION_INVALID'],
      [{ trustedProxies: [7] }, 'ERR_OPTION_INVALID'],
      [{ trustedProxies: ['localhost'] }, 'ERR_OPTION_INVALID'],
      [{ trustedProxies: ['10.0.0.0/33'] }, 'ERR_OPTION_INVALID'],
      [{ trustedProxies: ['0.0.0.0/0'] }, 'ERR_OPTION_UNSAFE'],
      [{ trustedProxies: ['::/0'] }, 'ERR_OPTION_UNSAFE'],
      [{ guardTimeoutMs: 0 }, 'ERR_OPTION_INVALID'],
      [{ guardTimeoutMs: 2 ** 31 }, 'ERR_OPTION_INVALID'],
      [{ development: 'yes' }, 'ERR_OPTION_INVALID'],
      [{ onError: 'console' }, 'ERR_OPTION_INVALID'],
    ] as const) {
      expect(() => adapterSettings(options as never)).toThrow(expect.objectContaining({ code }))
    }
  })
})
