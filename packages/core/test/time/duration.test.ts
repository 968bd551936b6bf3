import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import { type Duration, durationText, milliseconds } from '../../src/time.ts'

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

const refused = expect.objectContaining({ name: 'ConfigurationError', code: 'ERR_OPTION_INVALID' })

describe('milliseconds()', () => {
  test.each([
    ['0ms', 0],
    ['250ms', 250],
    ['0.5ms', 0.5],
    ['30s', 30_000],
    ['1.5m', 90_000],
    ['4.35s', 4350],
    ['1.005s', 1005],
    ['12h', 43_200_000],
    ['7d', 604_800_000],
    ['007s', 7000],
    ['9007199254740991ms', Number.MAX_SAFE_INTEGER],
  ] as const)('reads %s', (text, ms) => {
    expect(milliseconds(text)).toBe(ms)
  })

  test.each([
    '',
    '30',
    's',
    '30 s',
    ' 30s',
    '30s ',
    '30s\n',
    '-1s',
    '+1s',
    '1e3s',
    '.5s',
    '5.s',
    '1,5s',
    '1_000s',
    '0x10s',
    '30S',
    '30sec',
    '1h30m',
    'Infinitys',
    'NaNms',
    '٣s',
    '9007199254740992ms',
    '104249992d',
    `${'9'.repeat(400)}d`,
    `1.${'1'.repeat(400)}s`,
  ])('refuses %j', (text) => {
    expect(() => milliseconds(text as Duration)).toThrow(refused)
  })

  test.each([[undefined], [null], [30], [NaN], [30n], [['30s']], [{ toString: () => '30s' }], [Symbol('30s')]])(
    'refuses %p',
    (value) => {
      expect(() => milliseconds(value as never)).toThrow(refused)
    },
  )

  test('reads a whole number of any unit as so many of it', () => {
    const unit = fc.constantFrom('ms', 's', 'm', 'h', 'd')
    fc.assert(
      fc.property(fc.nat({ max: 100_000_000 }), unit, (amount, name) => {
        expect(milliseconds(`${amount}${name}`)).toBe(amount * UNITS[name])
      }),
    )
  })

  test('reads a decimal fraction exactly where it is a whole number of milliseconds', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 40 }), (ms) => {
        const text = `${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, '0')}s` as Duration
        expect(milliseconds(text)).toBe(ms)
      }),
    )
  })

  test('answers a number of its range or refuses, whatever the text', () => {
    const almost = fc.stringMatching(/^[-+ ]?[0-9.e]{0,20} ?(ms|s|m|h|d|)$/)
    fc.assert(
      fc.property(fc.oneof(almost, fc.string()), (text) => {
        let ms: number
        try {
          ms = milliseconds(text as Duration)
        } catch (error) {
          expect(error).toEqual(refused)
          return
        }
        expect(text).toMatch(/^\d+(\.\d+)?(ms|s|m|h|d)$/)
        expect(ms).toBeGreaterThanOrEqual(0)
        expect(ms).toBeLessThanOrEqual(Number.MAX_SAFE_INTEGER)
      }),
    )
  })
})

describe('durationText()', () => {
  test.each([
    [0, '0ms'],
    [1, '1ms'],
    [1500, '1500ms'],
    [90_000, '90s'],
    [3_600_000, '1h'],
    [5_400_000, '90m'],
    [86_400_000, '1d'],
    [0.5, '0.5ms'],
    [0.1 + 0.2, '0.3ms'],
    [1e-9, '0ms'],
    [-0, '0ms'],
  ])('writes %p as %s', (ms, text) => {
    expect(durationText(ms)).toBe(text)
  })

  test.each([[-1], [NaN], [Infinity], [Number.MAX_SAFE_INTEGER + 1], ['5'], [5n], [undefined]])('refuses %p', (ms) => {
    expect(() => durationText(ms as number)).toThrow(refused)
  })

  test('writes what milliseconds() reads', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (ms) => {
        expect(milliseconds(durationText(ms))).toBe(ms)
      }),
    )
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e12, noNaN: true }), (ms) => {
        expect(Math.abs(milliseconds(durationText(ms)) - ms)).toBeLessThan(0.001)
      }),
    )
  })
})
