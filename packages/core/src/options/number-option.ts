import { ConfigurationError } from '../errors.ts'
import type { OptionReader } from './option-reader.ts'

export interface NumberBounds {
  readonly min: number
  /** Default: `Number.MAX_SAFE_INTEGER`. */
  readonly max?: number
  /** The value where the option is left out. Without it the option is required. */
  readonly fallback?: number
}

/** A number within bounds, both included; neither NaN nor Infinity nor a number written as a text. */
export function number(bounds: NumberBounds): OptionReader<number> {
  return numberReader('a number', bounds, () => true)
}

/** A whole number within bounds, both included. */
export function wholeNumber(bounds: NumberBounds): OptionReader<number> {
  return numberReader('a whole number', bounds, Number.isInteger)
}

function numberReader(
  kind: string,
  { min, max = Number.MAX_SAFE_INTEGER, fallback }: NumberBounds,
  accepts: (value: number) => boolean,
): OptionReader<number> {
  const fits = (value: unknown): value is number =>
    typeof value === 'number' && value >= min && value <= max && accepts(value)
  if (!(min <= max) || (fallback !== undefined && !fits(fallback))) {
    throw new ConfigurationError('ERR_OPTION_INVALID', `${kind}: min, max and fallback contradict each other.`)
  }
  const says = max === Number.MAX_SAFE_INTEGER ? `${kind} of at least ${min}` : `${kind} from ${min} to ${max}`
  return (value, at) => {
    if (value === undefined) {
      if (fallback === undefined) throw at.missing(`It is ${says}.`)
      return fallback
    }
    // Adding nothing makes a zero of minus zero.
    if (fits(value)) return value + 0
    const meant = typeof value === 'string' && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : undefined
    throw at.invalid(says, value, fits(meant) ? `Write ${meant}, without quotation marks.` : undefined)
  }
}
