import { afterEach, describe, expect, jest, test } from '@jest/globals'

import { UnavailableError } from '../../src/index.ts'
import {
  callback,
  clock,
  custom,
  duration,
  flag,
  having,
  kindOf,
  listOf,
  number,
  OptionPlace,
  type OptionReader,
  onError,
  oneOf,
  orElse,
  quoted,
  recordOf,
  text,
  wholeNumber,
} from '../../src/options.ts'
import { type Duration, systemClock } from '../../src/time.ts'

const AT = new OptionPlace('x()', 'option')

afterEach(() => {
  jest.restoreAllMocks()
})

const message = (reader: OptionReader<unknown>, value: unknown): string => {
  try {
    reader(value, AT)
    return 'accepted'
  } catch (error) {
    return (error as Error).message.replace('x(): "option" ', '')
  }
}

describe('duration()', () => {
  const reader = duration({ min: '1s', max: '1h', fallback: '30s' })
  const must = "must be a duration from '1s' to '1h', not"

  test('answers milliseconds', () => {
    expect(reader('1s', AT)).toBe(1000)
    expect(reader('60m', AT)).toBe(3_600_000)
    expect(reader(undefined, AT)).toBe(30_000)
  })

  test.each([
    [30, `${must} 30. Write '30s'.`],
    [1500, `${must} 1500. Write '1500s' or '1500ms'.`],
    [30_000, `${must} 30000. Write '30s'.`],
    [0, `${must} 0.`],
    [1e9, `${must} 1000000000.`],
    ['30', `${must} "30". Write '30s'.`],
    ['30 s', `${must} "30 s". Write '30s'.`],
    ['2 Minutes', `${must} "2 Minutes". Write '2m'.`],
    ['1 hr', `${must} "1 hr". Write '1h'.`],
    ['2 weeks', `${must} "2 weeks".`],
    ['500ms', `${must} "500ms".`],
    ['61m', `${must} "61m".`],
    ['-5s', `${must} "-5s".`],
    ['soon', `${must} a text of 4 characters.`],
    [NaN, `${must} NaN.`],
    [[30], `${must} a list.`],
  ])('of %j says: %s', (value, says) => {
    expect(message(reader, value)).toBe(says)
  })

  test('by default takes what a timer of node can wait', () => {
    expect(duration()('24d', AT)).toBeLessThan(2 ** 31)
    expect(message(duration(), '25d')).toBe("must be a duration from '1ms' to '24d', not \"25d\".")
    expect(message(duration(), '0s')).toContain('"0s"')
    expect(duration({ min: '0ms', max: '365d' })('90d', AT)).toBe(7_776_000_000)
    expect(message(duration({ max: '60d' }), '2 weeks')).toContain("Write '14d'.")
  })

  test('a table that contradicts itself is refused', () => {
    for (const bounds of [
      { min: '2s', max: '1s' },
      { min: '2s', fallback: '1s' },
      { fallback: '25d' },
      { max: 5 as never },
    ] as const) {
      expect(() => duration(bounds as { min?: Duration })).toThrow(
        expect.objectContaining({ code: 'ERR_OPTION_INVALID' }),
      )
    }
  })
})

describe('number() and wholeNumber()', () => {
  test.each([
    [
      number({ min: 0, max: 1 }),
      '0.5',
      'must be a number from 0 to 1, not a text of 3 characters. Write 0.5, without quotation marks.',
    ],
    [number({ min: 0, max: 1 }), '5', 'must be a number from 0 to 1, not a text of 1 character.'],
    [wholeNumber({ min: 1 }), 1.5, 'must be a whole number of at least 1, not 1.5.'],
    [wholeNumber({ min: 1 }), '1e3', 'must be a whole number of at least 1, not a text of 3 characters.'],
    [wholeNumber({ min: 1 }), undefined, 'is required. It is a whole number of at least 1.'],
  ])('%#', (reader, value, says) => {
    expect(message(reader, value)).toBe(says)
  })

  test('minus zero is zero', () => {
    expect(Object.is(wholeNumber({ min: 0 })(-0, AT), 0)).toBe(true)
  })

  test('a table that contradicts itself is refused', () => {
    for (const bounds of [{ min: 2, max: 1 }, { min: NaN }, { min: 1, fallback: 0 }, { min: 0, fallback: 0.5 }]) {
      expect(() => wholeNumber(bounds)).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
    }
  })
})

test('flag() tells the words from the values', () => {
  expect(message(flag(), 'false')).toBe(
    'must be true or false, not a text of 5 characters. Write false, without quotation marks.',
  )
})

test('text() quotes only where the table says so, and keeps no memory of what it matched', () => {
  expect(message(text({ pattern: /^[a-z]+$/, says: 'a name in lower case', quote: true }), 'A\n')).toBe(
    'must be a name in lower case, not "A\\n".',
  )
  expect(message(text({ pattern: /^[a-z]+$/ }), 'Secret')).toBe(
    'must be a text that matches /^[a-z]+$/, not a text of 6 characters.',
  )
  const sticky = text({ pattern: /a/gy })
  expect([sticky('a', AT), sticky('a', AT)]).toEqual(['a', 'a'])
})

describe('oneOf()', () => {
  const reader = oneOf(['strict', 'lax'], { fallback: 'strict', unsafe: { none: 'sends it from every site' } })

  test.each([
    ['Strict', "must be one of 'strict', 'lax', not \"Strict\". Did you mean 'strict'?"],
    ['constructor', "must be one of 'strict', 'lax', not \"constructor\"."],
    [false, "must be one of 'strict', 'lax', not false."],
  ])('of %j', (value, says) => {
    expect(message(reader, value)).toBe(says)
  })

  test('refuses what is unsafe with why', () => {
    expect(() => reader('none', AT)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION_UNSAFE', message: 'x(): "option" "none" sends it from every site.' }),
    )
  })
})

describe('having()', () => {
  interface Store {
    find(): void
    save(): void
  }
  const reader = having<Store>(['find', 'save'], 'memoryStore()')
  const must = 'must be an object with find(), save(), such as memoryStore(), not'

  test('takes an instance of any class, as it is', () => {
    class Own implements Store {
      find() {}
      save() {}
    }
    const store = new Own()
    expect(reader(store, AT)).toBe(store)
  })

  test.each([
    [undefined, 'is required. Give it memoryStore().'],
    [{ find() {} }, `${must} an object without save().`],
    [Promise.resolve({}), `${must} a promise. Await it first.`],
    [() => undefined, `${must} a function.`],
    [new Map(), `${must} a Map.`],
  ])('of %#', (value, says) => {
    expect(message(reader, value)).toBe(says)
  })
})

test('callback() answers the function itself', () => {
  const fn = () => 1
  expect(callback<() => number>()(fn, AT)).toBe(fn)
  expect(message(callback(), 'fn')).toBe('must be a function, not a text of 2 characters.')
})

describe('clock', () => {
  test('is the system’s where it is left out, and any object with now() otherwise', () => {
    expect(clock(undefined, AT)).toBe(systemClock)
    expect(clock(Date, AT)).toBe(Date)
    const own = {
      time: 5,
      now() {
        return this.time
      },
    }
    expect(clock(own, AT)).toBe(own)
  })

  test.each([
    [{ now: () => new Date() }, 'it answers a Date.'],
    [{ now: () => Number.NaN }, 'it answers NaN.'],
    [{ now: async () => 1 }, 'it answers a promise.'],
    [{ now: 5 }, 'not an object.'],
    [() => 5, 'not a function.'],
  ])('refuses %#', (value, says) => {
    expect(message(clock, value)).toContain(says)
  })
})

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

test('orElse() makes the default only where it is needed', () => {
  const make = jest.fn(() => 'made')
  const reader = orElse(text(), make)
  expect(reader('given', AT)).toBe('given')
  expect(make).not.toHaveBeenCalled()
  expect(reader(undefined, AT)).toBe('made')
})

test('custom() is given what stands there, and where', () => {
  expect(custom((value, at) => [value, at.where, at.option])(undefined, AT)).toEqual([undefined, 'x()', 'option'])
})

describe('onError', () => {
  const turn = () => new Promise(setImmediate)
  const warnings = () => jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined)

  test('is told of each error', () => {
    const told: unknown[] = []
    const report = onError((error: unknown) => void told.push(error), AT)
    report('a')
    report(undefined)
    expect(told).toEqual(['a', undefined])
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('pager away')
      },
    ],
    ['rejects', () => Promise.reject(new Error('pager away'))],
  ])('one that %s is a warning, once', async (how, fails) => {
    const warned = warnings()
    const report = onError(fails, new OptionPlace(`${how}()`, 'onError'))
    expect(report(new Error('1'))).toBeUndefined()
    report(new Error('2'))
    await turn()
    expect(warned.mock.calls).toEqual([
      [
        `${how}(): "onError" itself failed: pager away`,
        expect.objectContaining({ type: 'AshlarWarning', code: 'ERR_BACKGROUND_FAILURE' }),
      ],
    ])
  })

  test('left out, a warning says what caused the error, to the innermost that it can read', () => {
    const warned = warnings()
    const report = onError(undefined, new OptionPlace('caused()', 'onError'))
    const status = new Error('the status was 404')
    const cause = new AggregateError([status, new Error('other')], 'neither has them')
    report(new UnavailableError('No keys.', { cause: new Error('discovery failed', { cause }) }))
    report(new TypeError('circular', { cause: Object.assign(new Error('a'), { cause: new Error('b') }) }))
    report(new RangeError('odd', { cause: Object.create(null) }))
    const told = ['No keys.', 'discovery failed', 'neither has them', 'the status was 404']
    const texts = warned.mock.calls.map(([text]) => text)
    const positions = told.map((part) => String(texts[0]).indexOf(part))
    expect(positions).toEqual([...positions].sort((one, other) => one - other))
    expect(positions).not.toContain(-1)
    expect(texts[1]).toContain('Cause: a Cause: b')
    expect(texts[2]).toContain('can’t be read')
  })

  test('left out, each kind of error is a warning, once', () => {
    const warned = warnings()
    const report = onError(undefined, new OptionPlace('trail()', 'onError'))
    for (let i = 0; i < 3; i++) {
      report(new UnavailableError(`The store did not answer within ${i} ms.`))
      report(new TypeError(`entry ${i} is not iterable`))
    }
    report(Object.create(null))
    expect(warned.mock.calls.map(([text, options]) => [text, (options as { code: string }).code])).toEqual([
      [
        'trail(): UnavailableError: The store did not answer within 0 ms. (said once; give "onError" to be told of each)',
        'ERR_DEPENDENCY_UNAVAILABLE',
      ],
      [
        'trail(): TypeError: entry 0 is not iterable (said once; give "onError" to be told of each)',
        'ERR_BACKGROUND_FAILURE',
      ],
      ['trail(): an error that can’t be read (said once; give "onError" to be told of each)', 'ERR_BACKGROUND_FAILURE'],
    ])
  })
})

test('kindOf() and quoted() say what a value is', () => {
  expect([undefined, null, '', 'a', 'ab', 5, 5n, Symbol('s'), [], [1], {}, /x/, new Error('x')].map(kindOf)).toEqual([
    'undefined',
    'null',
    'an empty text',
    'a text of 1 character',
    'a text of 2 characters',
    '5',
    'a bigint',
    'a symbol',
    'an empty list',
    'a list',
    'an object',
    'a RegExp',
    'an Error',
  ])
  expect(quoted('a"b\n')).toBe('"a\\"b\\n"')
  expect(quoted('x'.repeat(50))).toBe(`"${'x'.repeat(40)}…"`)
  expect(quoted(7)).toBe('7')
})

describe('a place', () => {
  test('says the way to an option', () => {
    const at = new OptionPlace('x()')
    expect([at.in('a').in('b').in(2).in('c').option, at.in(0).option, at.in('a').in('b c').option]).toEqual([
      'a.b[2].c',
      '[0]',
      'a["b c"]',
    ])
  })

  test('makes the errors', () => {
    expect(AT.missing()).toMatchObject({ code: 'ERR_OPTION_MISSING', message: 'x(): "option" is required.' })
    expect(AT.missing('Give it one.')).toMatchObject({ message: 'x(): "option" is required. Give it one.' })
    expect(AT.invalid('a name')).toMatchObject({ code: 'ERR_OPTION_INVALID', message: 'x(): "option" must be a name.' })
    expect(AT.unsafe('trusts everyone')).toMatchObject({
      code: 'ERR_OPTION_UNSAFE',
      message: 'x(): "option" trusts everyone.',
      where: 'x()',
      option: 'option',
    })
  })
})
