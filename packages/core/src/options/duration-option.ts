import { ConfigurationError } from '../errors.ts'
import { type Duration, durationText, milliseconds, parseDuration } from '../time/duration.ts'
import { kindOf, quoted } from './kind-of.ts'
import type { OptionReader } from './option-reader.ts'

export interface DurationBounds {
  /** Default `'1ms'`: a duration of nothing is a decision, so the table says `'0ms'` where it means something. */
  readonly min?: Duration
  /** Default `'24d'`, the whole days that a timer of node can wait; say more only where no timer waits for it. */
  readonly max?: Duration
  /** The value where the option is left out. Without it the option is required. */
  readonly fallback?: Duration
}

/** Words for units as people write them, each with the unit that was meant. */
const SPELLINGS: readonly (readonly [RegExp, 'ms' | 's' | 'm' | 'h' | 'd', number])[] = [
  [/^(?:ms|msecs?|millis?|milliseconds?)$/i, 'ms', 1],
  [/^(?:s|secs?|seconds?)$/i, 's', 1],
  [/^(?:m|mins?|minutes?)$/i, 'm', 1],
  [/^(?:h|hrs?|hours?)$/i, 'h', 1],
  [/^(?:d|days?)$/i, 'd', 1],
  [/^(?:w|wks?|weeks?)$/i, 'd', 7],
]

/** A duration such as `'30s'` within bounds, both included. @returns a reader that answers milliseconds */
export function duration(bounds: DurationBounds = {}): OptionReader<number> {
  const min = milliseconds(bounds.min ?? '1ms')
  const max = milliseconds(bounds.max ?? '24d')
  const fallback = bounds.fallback && milliseconds(bounds.fallback)
  const fits = (ms: number | undefined): ms is number => ms !== undefined && ms >= min && ms <= max
  if (min > max || (fallback !== undefined && !fits(fallback))) {
    throw new ConfigurationError('ERR_OPTION_INVALID', 'duration(): min, max and fallback contradict each other.')
  }
  const says = `a duration from '${durationText(min)}' to '${durationText(max)}'`
  return (value, at) => {
    if (value === undefined) {
      if (fallback === undefined) throw at.missing(`It is ${says}.`)
      return fallback
    }
    const ms = parseDuration(value)
    if (fits(ms)) return ms
    const meant = spellings(value).filter((text) => fits(parseDuration(text)))
    const hint = ms === undefined && meant.length > 0 ? ` Write ${meant.map((text) => `'${text}'`).join(' or ')}.` : ''
    throw at.invalid(
      `${says}, not ${typeof value === 'string' && /^[\s\d.+-]/.test(value) ? quoted(value) : kindOf(value)}`,
      undefined,
      hint.trimStart(),
    )
  }
}

/** What was probably meant: a bare number is of seconds or milliseconds, a text has a space or a long unit. */
function spellings(value: unknown): readonly Duration[] {
  const text = typeof value === 'number' ? String(value) : value
  if (typeof text !== 'string') return []
  const [, digits, word] = /^\s*(\d{1,16}(?:\.\d{1,9})?)\s*([a-z]{0,12})\s*$/i.exec(text) ?? []
  if (digits === undefined) return []
  const amount = Number(digits)
  if (word === '')
    return [...new Set<Duration>([`${amount}s`, durationText(Math.min(amount, Number.MAX_SAFE_INTEGER))])]
  const [, unit, times] = SPELLINGS.find(([spelling]) => spelling.test(word!)) ?? []
  return unit && times ? [`${amount * times}${unit}`] : []
}
