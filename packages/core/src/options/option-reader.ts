import { ConfigurationError, codeOf } from '../errors.ts'
import type { OptionPlace } from './option-place.ts'

/**
 * Reads one option: checks it, and answers what the code works with. `value` is `undefined` where the option was left out.
 * It throws what `at` makes: `at.missing()`, `at.invalid(…)`, `at.unsafe(…)`.
 */
export type OptionReader<Value> = (value: unknown, at: OptionPlace) => Value

/** Runs a reader, or any part of one that touches what the app handed over, so that every error says where it belongs. */
export function readAt<Value>(at: OptionPlace, read: () => Value): Value {
  try {
    return read()
  } catch (error) {
    // By its code, since it may come from another copy of this package.
    const code = codeOf(error)
    if (code === undefined) throw at.unreadable(error)
    const { name, message, where, option } = error as ConfigurationError
    if (name !== 'ConfigurationError' || where !== undefined || option !== undefined) throw error
    throw new ConfigurationError(code, message, {
      where: at.where,
      option: at.option || undefined,
      cause: error,
    })
  }
}
