import { describe, expect, test } from '@jest/globals'

import {
  callback,
  clock,
  duration,
  flag,
  group,
  having,
  listOf,
  type OptionTable,
  type OptionValues,
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
import type { Clock, Duration } from '../../src/time.ts'

interface Automatic {
  readonly refusals?: number
  readonly within?: Duration
}

interface Limits {
  readonly limit: number
  readonly window?: Duration
  readonly automatic?: Automatic
}

const AUTOMATIC = {
  refusals: wholeNumber({ min: 1, fallback: 100 }),
  within: duration({ fallback: '10m' }),
} satisfies OptionTable<Automatic>

const LIMITS = {
  limit: wholeNumber({ min: 1 }),
  window: duration({ fallback: '1m' }),
  automatic: optional(group(AUTOMATIC)),
} satisfies OptionTable<Limits>

const read = (options: unknown): OptionValues<typeof LIMITS> => readOptions('limits()', options as Limits, LIMITS)

/** Whether two types are the same, for the compiler. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const same = <A, B>(_: Same<A, B>): void => undefined

interface Store {
  find(): string
}

interface Everything {
  readonly wait?: Duration
  readonly count?: number
  readonly on?: boolean
  readonly name: string
  readonly site?: 'strict' | 'lax'
  readonly store: Store
  readonly key?: (request: string) => string
  readonly clock?: Clock
  readonly list?: readonly (readonly string[])[]
  readonly record?: Readonly<Record<string, Duration>>
  readonly nested: { readonly deep?: { readonly wait?: Duration } }
  readonly groups?: readonly { readonly name: string }[]
  readonly switched?: false | string
  readonly made?: number
  readonly onError?: (error: unknown) => void
}

test('the values have the types that their readers answer', () => {
  const values = readOptions('x', { name: 'a', store: { find: () => 'x' }, nested: {} } as Everything, {
    wait: duration({ fallback: '1s' }),
    count: optional(wholeNumber({ min: 0 })),
    on: flag(true),
    name: text(),
    site: oneOf(['strict', 'lax'], { fallback: 'strict' }),
    store: having<Store>(['find'], 'memoryStore()'),
    key: optional(callback<(request: string) => string>()),
    clock,
    list: optional(listOf(listOf(text()))),
    record: optional(recordOf(duration())),
    nested: group({ deep: optional(group({ wait: duration() })) }),
    groups: optional(listOf(group({ name: text() }))),
    switched: optional(orFalse(text())),
    made: orElse(wholeNumber({ min: 1 }), () => 7),
    onError,
  })
  interface Expected {
    readonly wait: number
    readonly count: number | undefined
    readonly on: boolean
    readonly name: string
    readonly site: 'strict' | 'lax'
    readonly store: Store
    readonly key: ((request: string) => string) | undefined
    readonly clock: Clock
    readonly list: readonly (readonly string[])[] | undefined
    readonly record: Readonly<Record<string, number>> | undefined
    readonly nested: { readonly deep: { readonly wait: number } | undefined }
    readonly groups: readonly { readonly name: string }[] | undefined
    readonly switched: string | false | undefined
    readonly made: number
    readonly onError: (error: unknown) => void
  }
  const expected: Expected = values
  const back: typeof values = expected
  same<typeof values.site, 'strict' | 'lax'>(true)
  same<typeof values.nested.deep, { readonly wait: number } | undefined>(true)
  expect(back.made).toBe(7)
})

test('the compiler refuses a table that lacks an option or has one too many', () => {
  const options: Limits = { limit: 1 }
  const { limit, window, automatic } = LIMITS
  // @ts-expect-error a table that lacks "automatic"
  readOptions('limits()', options, { limit, window })
  // @ts-expect-error a table that lacks the required "limit"
  expect(() => readOptions('limits()', options, { window, automatic })).toThrow('there is no option "limit"')
  // @ts-expect-error a table with "burst", which is no option
  readOptions('limits()', options, { limit, window, automatic, burst: flag(false) })
  // @ts-expect-error what stands in a table is a reader
  expect(() => readOptions('limits()', options, { limit: 1, window, automatic })).toThrow()
  // @ts-expect-error a group that lacks "within"
  group({ refusals: wholeNumber({ min: 1 }) } satisfies OptionTable<Automatic>)
  // @ts-expect-error the fallback of a choice is one of them
  oneOf(['strict', 'lax'], { fallback: 'none' })
  // @ts-expect-error a bound of a duration has a unit
  expect(() => duration({ min: 30 })).toThrow()
  // @ts-expect-error a method that the store does not have
  having<Store>(['lookup'])
})

describe('readOptions()', () => {
  test('answers what the readers make of it, frozen', () => {
    const values = read({ limit: 5, automatic: { within: '2m' } })
    expect(values).toEqual({ limit: 5, window: 60_000, automatic: { refusals: 100, within: 120_000 } })
    expect(Object.isFrozen(values)).toBe(true)
    expect(Object.isFrozen(values.automatic)).toBe(true)
    expect(read({ limit: 5 }).automatic).toBeUndefined()
    expect(read({ limit: 5, window: undefined }).window).toBe(60_000)
  })

  test('reads undefined as no options', () => {
    expect(readOptions('x', undefined as { on?: boolean } | undefined, { on: flag(true) })).toEqual({ on: true })
    expect(() => read(undefined)).toThrow('limits(): "limit" is required. It is a whole number of at least 1.')
  })

  test('says where, which option and which page', () => {
    for (const [options, error] of [
      [{}, { code: 'ERR_OPTION_MISSING', option: 'limit' }],
      [{ limit: 0 }, { code: 'ERR_OPTION_INVALID', option: 'limit' }],
      [
        { limit: 1, automatic: { within: 5 } },
        { code: 'ERR_OPTION_INVALID', option: 'automatic.within' },
      ],
      [
        { limit: 1, automatic: { with: 5 } },
        { code: 'ERR_OPTION_UNKNOWN', option: 'automatic.with' },
      ],
      [[], { code: 'ERR_OPTION_INVALID' }],
    ] as const) {
      expect(() => read(options)).toThrow(
        expect.objectContaining({
          name: 'ConfigurationError',
          where: 'limits()',
          page: `node_modules/@ashlar/core/reference/errors/${error.code}.md`,
          ...error,
        }),
      )
    }
  })

  test.each([
    [null, 'null'],
    [7, '7'],
    ['limit', 'a text of 5 characters'],
    [[], 'an empty list'],
    [[{ limit: 1 }], 'a list'],
    [() => undefined, 'a function'],
    [Promise.resolve({ limit: 1 }), 'a promise'],
    [new Map([['limit', 1]]), 'a Map'],
    [
      new (class Config {
        limit = 1
      })(),
      'a Config',
    ],
    [Object.create({ limit: 1 }) as object, 'an object'],
    [{ name: 'limit', layer: 'custom', reads: 'head', check: () => undefined }, 'a guard'],
  ])('refuses %p as %s', (options, kind) => {
    expect(() => read(options)).toThrow(
      expect.objectContaining({ message: `limits(): the options must be an object with options, not ${kind}.` }),
    )
  })

  test('takes an object without a prototype', () => {
    expect(read(Object.assign(Object.create(null) as object, { limit: 3 })).limit).toBe(3)
  })

  for (const [name, hint] of [
    ['limt', 'Did you mean "limit"?'],
    ['Window', 'Did you mean "window"?'],
    ['burst', 'Known are: limit, window, automatic.'],
    ['constructor', 'Known are: limit, window, automatic.'],
    ['__proto__', 'Known are: limit, window, automatic.'],
  ]) {
    test(`explains "${name}"`, () => {
      const options = JSON.parse(`{ "limit": 1, "${name}": 1 }`) as object
      expect(() => read(options)).toThrow(
        expect.objectContaining({
          code: 'ERR_OPTION_UNKNOWN',
          message: `limits(): there is no option "${name}". ${hint}`,
        }),
      )
    })
  }

  test('answers the words of other libraries with what to write', () => {
    const hints = { windowMs: "Write window: '1m'." }
    const reading = (options: object) => readOptions('limits()', options as Limits, LIMITS, { hints })
    expect(() => reading({ windowMs: 6 })).toThrow('limits(): there is no option "windowMs". Write window: \'1m\'.')
    expect(() => reading({ constructor: 6 })).toThrow('Known are')
    expect(() =>
      readOptions('x', { in: { windowMs: 6 } } as object as { in: object }, { in: group({}, { hints }) }),
    ).toThrow('x: there is no option "in.windowMs". Write window: \'1m\'.')
  })

  test('a name that could forge a line of the log is written with escapes', () => {
    expect(() => read({ 'a\n[error] b': 1 })).toThrow('there is no option ["a\\n[error] b"]. Known')
  })

  test('reads each option once', () => {
    let reads = 0
    const options = {
      get limit() {
        return ++reads
      },
    }
    expect(read(options).limit).toBe(1)
    expect(reads).toBe(1)
  })

  test('reads nothing that is inherited', () => {
    const before = Object.getOwnPropertyDescriptor(Object.prototype, 'window')
    try {
      Object.defineProperty(Object.prototype, 'window', { value: '9m', configurable: true })
      expect(read({ limit: 1 }).window).toBe(60_000)
    } finally {
      if (before) Object.defineProperty(Object.prototype, 'window', before)
      else Reflect.deleteProperty(Object.prototype, 'window')
    }
  })

  test('takes a Proxy, and a getter or a trap that throws is an error of the option', () => {
    expect(read(new Proxy({ limit: 4 }, {})).limit).toBe(4)
    const cause = new Error('vault is away')
    const fail = (): never => {
      throw cause
    }
    expect(() =>
      read({
        limit: 1,
        automatic: {
          get within() {
            return fail()
          },
        },
      }),
    ).toThrow(
      expect.objectContaining({
        code: 'ERR_OPTION_INVALID',
        option: 'automatic.within',
        message: 'limits(): "automatic.within" can’t be read: reading it failed.',
        cause,
      }),
    )
    for (const trap of ['ownKeys', 'getPrototypeOf'] as const) {
      expect(() => read(new Proxy({ limit: 1 }, { [trap]: fail }))).toThrow(
        expect.objectContaining({ code: 'ERR_OPTION_INVALID', where: 'limits()', cause }),
      )
    }
    for (const trap of ['get', 'getOwnPropertyDescriptor'] as const) {
      expect(() => read(new Proxy({ limit: 1 }, { [trap]: fail }))).toThrow(
        expect.objectContaining({ code: 'ERR_OPTION_INVALID', cause }),
      )
    }
    const revoked = Proxy.revocable({}, {})
    revoked.revoke()
    expect(() => read(revoked.proxy)).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
  })
})
