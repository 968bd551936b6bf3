import { ConfigurationError } from '../errors.ts'

/** A length of time as people write it: `'250ms'`, `'30s'`, `'1.5m'`, `'12h'`, `'7d'`. */
export type Duration = `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`

const UNITS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const

/** Digits with an optional fraction and a unit; no sign, space or exponent, all of which `${number}` would permit. */
const GRAMMAR = /^(\d{1,16})(?:\.(\d{1,9}))?(ms|s|m|h|d)$/

/**
 * @returns the milliseconds of a duration; may have a fraction (`'0.5ms'`)
 * @throws ConfigurationError `ERR_OPTION_INVALID` for what is no duration or longer than `Number.MAX_SAFE_INTEGER` ms
 */
export function milliseconds(duration: Duration): number {
  const ms = parseDuration(duration)
  if (ms === undefined) {
    throw new ConfigurationError(
      'ERR_OPTION_INVALID',
      `A duration is written as in '250ms', '30s', '5m', '12h' or '7d'.`,
    )
  }
  return ms
}

/** The milliseconds of a duration, `undefined` for what is none. */
export function parseDuration(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined
  const [, whole, fraction = '', unit] = GRAMMAR.exec(value) ?? []
  if (whole === undefined) return undefined
  // Whole numbers first, so that '4.35s' is 4350 ms and not a little less.
  const ms = (Number(whole + fraction) * UNITS[unit as keyof typeof UNITS]) / 10 ** fraction.length
  return ms <= Number.MAX_SAFE_INTEGER ? ms : undefined
}

/**
 * The shortest way to write a number of milliseconds without a fraction: 90 000 is `'90s'`, 86 400 000 is `'1d'`. What is
 * less than a millisecond is rounded to a thousandth of one.
 * @throws ConfigurationError `ERR_OPTION_INVALID` for what is no number from 0 to `Number.MAX_SAFE_INTEGER`
 */
export function durationText(ms: number): Duration {
  if (typeof ms !== 'number' || !(ms >= 0 && ms <= Number.MAX_SAFE_INTEGER)) {
    throw new ConfigurationError('ERR_OPTION_INVALID', 'A duration is a number of milliseconds from 0 on.')
  }
  for (const [unit, size] of Object.entries(UNITS) as [keyof typeof UNITS, number][]) {
    if (ms >= size && ms % size === 0) return `${ms / size}${unit}`
  }
  return `${Number(ms.toFixed(3))}ms`
}
