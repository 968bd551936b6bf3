import { ConfigurationError } from '../errors.ts'
import { nearestName } from './nearest-name.ts'

/**
 * Refuses option names that are not known, with the nearest known one as a suggestion.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`
 */
export function checkOptionNames(where: string, options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: expected an object of options.`)
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue
    const nearest = nearestName(name, known)
    const hint = nearest ? `Did you mean "${nearest}"?` : `Known are: ${known.join(', ')}.`
    throw new ConfigurationError('ERR_OPTION_UNKNOWN', `${where}: there is no option "${name}". ${hint}`)
  }
}

/**
 * @returns the number, or `fallback` where the option was left out
 * @throws ConfigurationError `ERR_OPTION_INVALID`, `ERR_OPTION_MISSING`
 */
export function numberOption(
  where: string,
  name: string,
  value: number | undefined,
  { min, max = Number.MAX_SAFE_INTEGER, integer = false, fallback }: NumberRange,
): number {
  if (value === undefined) {
    if (fallback !== undefined) return fallback
    throw new ConfigurationError('ERR_OPTION_MISSING', `${where}: "${name}" is required.`)
  }
  if (typeof value !== 'number' || !(value >= min && value <= max) || (integer && !Number.isInteger(value))) {
    const kind = integer ? 'a whole number' : 'a number'
    throw new ConfigurationError(
      'ERR_OPTION_INVALID',
      `${where}: "${name}" must be ${kind} from ${min} to ${max}, not ${String(value)}.`,
    )
  }
  return value
}

export interface NumberRange {
  readonly min: number
  readonly max?: number
  readonly integer?: boolean
  readonly fallback?: number
}
