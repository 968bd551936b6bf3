import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import {
  callback,
  clock,
  custom,
  duration,
  flag,
  group,
  having,
  listOf,
  number,
  type OptionReader,
  onError,
  oneOf,
  optional,
  orElse,
  orFalse,
  readOptions,
  recordOf,
  text,
  wholeNumber,
} from '../../src/options.ts'

const fail = (): never => {
  throw new TypeError('hostile')
}

const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable([], {})
  revoke()
  return proxy
}

/** A fresh value of each kind that an app may hand over by mistake, or a file may hold. */
const VALUES: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  true: () => true,
  NaN: () => NaN,
  '-1': () => -1,
  '-0': () => -0,
  '0': () => 0,
  '1.5': () => 1.5,
  '30': () => 30,
  Infinity: () => Infinity,
  '2^53': () => 2 ** 53,
  'a bigint': () => 10n,
  'a symbol': () => Symbol('s'),
  "'10'": () => '10',
  "''": () => '',
  "'30s'": () => '30s',
  "'hunter2'": () => 'hunter2',
  'a boxed number': () => Object(5),
  'a boxed text': () => Object('30s'),
  '[]': () => [],
  '[undefined]': () => [undefined],
  'a hole': () => new Array(2),
  '{}': () => ({}),
  '__proto__ of JSON': () => JSON.parse('{ "__proto__": { "find": 1 } }'),
  'a function': () => () => undefined,
  'a function that throws': () => fail,
  'a class': () => class Config {},
  'a Date': () => new Date(0),
  'a Map': () => new Map(),
  'a promise': () => Promise.resolve(5),
  'a thenable that can’t be read': () => Object.defineProperty({}, 'then', { get: fail, enumerable: true }),
  'a Proxy': () => new Proxy({}, {}),
  'a Proxy that throws': () => new Proxy({}, { get: fail, has: fail, ownKeys: fail, getPrototypeOf: fail }),
  'a Proxy of a list that throws': () => new Proxy([1], { get: fail }),
  'a revoked Proxy': revoked,
  'an object without prototype': () => Object.create(null),
  'a getter that throws': () => ({
    get find() {
      return fail()
    },
    get now() {
      return fail()
    },
    get in() {
      return fail()
    },
  }),
  'toString and valueOf that throw': () => ({ toString: fail, valueOf: fail, [Symbol.toPrimitive]: fail }),
}

/** Each reader with what it knowingly accepts; everything else is refused with a code. */
const READERS: Readonly<Record<string, readonly [reader: OptionReader<unknown>, accepts: readonly string[]]>> = {
  'duration()': [duration(), ["'30s'"]],
  'duration({ fallback })': [duration({ min: '0ms', fallback: '1s' }), ['undefined', "'30s'"]],
  'number()': [number({ min: 0 }), ['-0', '0', '1.5', '30']],
  'number({ min: -1, fallback })': [number({ min: -1, max: 2, fallback: 1 }), ['undefined', '-1', '-0', '0', '1.5']],
  'wholeNumber()': [wholeNumber({ min: 1 }), ['30']],
  'wholeNumber({ fallback })': [wholeNumber({ min: 0, fallback: 1 }), ['undefined', '-0', '0', '30']],
  'flag()': [flag(), ['true']],
  'flag(false)': [flag(false), ['undefined', 'true']],
  'text()': [text(), ["'10'", "'30s'", "'hunter2'"]],
  'text({ pattern, fallback })': [text({ pattern: /^\d*$/g, fallback: 'x' }), ['undefined', "'10'", "''"]],
  'oneOf()': [oneOf(['10', true]), ["'10'", 'true']],
  'oneOf({ fallback, unsafe })': [
    oneOf(['30s'], { fallback: '30s', unsafe: { hunter2: 'is known to everyone' } }),
    ['undefined', "'30s'"],
  ],
  'having()': [having<{ find(): void }>(['find'], 'memoryStore()'), []],
  'having() of a function': [having<{ call(): void }>(['call']), ['a function', 'a function that throws', 'a class']],
  'callback()': [callback(), ['a function', 'a function that throws', 'a class']],
  clock: [clock, ['undefined']],
  'listOf()': [listOf(text()), []],
  'listOf({ min: 0 })': [listOf(text(), { min: 0 }), ['[]']],
  'recordOf()': [recordOf(text()), []],
  'recordOf({ min: 0 })': [recordOf(text(), { min: 0 }), ['{}', 'a Proxy', 'an object without prototype']],
  'group({})': [group({}), ['undefined', '{}', 'a Proxy', 'an object without prototype']],
  'group()': [group({ in: wholeNumber({ min: 1 }) }), []],
  'optional(text())': [optional(text()), ['undefined', "'10'", "'30s'", "'hunter2'"]],
  'orElse(flag())': [orElse(flag(), () => 5), ['undefined', 'true']],
  'orFalse(flag())': [orFalse(flag()), ['true']],
  onError: [onError, ['undefined', 'a function', 'a function that throws', 'a class']],
  'custom() that throws': [custom(fail), []],
}

const CODES = ['ERR_OPTION_INVALID', 'ERR_OPTION_MISSING', 'ERR_OPTION_UNKNOWN', 'ERR_OPTION_UNSAFE']

const read = (reader: OptionReader<unknown>, value: unknown) =>
  readOptions('x()', { option: value } as { option?: unknown }, { option: reader })

const outcome = (run: () => unknown): unknown => {
  try {
    run()
    return 'accepted'
  } catch (error) {
    return error
  }
}

describe.each(Object.entries(READERS))('%s', (_, [reader, accepts]) => {
  test('the table names no value that is not there', () => {
    expect(accepts.filter((name) => !(name in VALUES))).toEqual([])
  })

  for (const [name, make] of Object.entries(VALUES)) {
    const accepted = accepts.includes(name)
    test(`${accepted ? 'accepts' : 'refuses'} ${name}`, () => {
      const result = outcome(() => read(reader, make()))
      if (accepted) expect(result).toBe('accepted')
      else {
        expect(result).toMatchObject({
          name: 'ConfigurationError',
          where: 'x()',
          message: expect.stringMatching(/^x\(\): /),
        })
        const { code, option } = result as { code: string; option: string }
        expect(CODES).toContain(code)
        expect(option).toMatch(/^option\b/)
      }
    })
  }

  test('refuses or accepts anything else as well, and never fails', () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withDate: true,
          withMap: true,
          withNullPrototype: true,
          withSparseArray: true,
        }),
        (value) => {
          const result = outcome(() => read(reader, value))
          if (result !== 'accepted') expect(result).toMatchObject({ name: 'ConfigurationError', where: 'x()' })
        },
      ),
      { numRuns: 50 },
    )
  })
})

describe('a required option that is left out', () => {
  const required = Object.entries(READERS).filter(([, [, accepts]]) => !accepts.includes('undefined'))
  test.each(required.filter(([name]) => !name.startsWith('custom') && name !== 'group()'))(
    'is missing: %s',
    (_, [reader]) => {
      expect(outcome(() => read(reader, undefined))).toMatchObject({ code: 'ERR_OPTION_MISSING', option: 'option' })
    },
  )
})

test('options as a whole are refused or read, whatever they are', () => {
  for (const [name, make] of Object.entries(VALUES)) {
    const result = outcome(() => readOptions('x()', make() as { option?: boolean }, { option: flag(true) }))
    const fine = ['undefined', '{}', 'a Proxy', 'an object without prototype'].includes(name)
    if (fine) expect([name, result]).toEqual([name, 'accepted'])
    else expect([name, result]).toEqual([name, expect.objectContaining({ name: 'ConfigurationError', where: 'x()' })])
  }
})

test('a value that could be a secret is in no message', () => {
  const secret = 'hunter2-hunter2'
  for (const [name, [reader]] of Object.entries(READERS)) {
    // A choice is no place for a secret, so it quotes.
    if (name.startsWith('oneOf')) continue
    for (const value of [secret, [secret], { a: secret }, [[secret]], Object(secret)]) {
      const result = outcome(() => read(reader, value))
      if (result !== 'accepted') expect((result as Error).message).not.toContain(secret)
    }
  }
})
