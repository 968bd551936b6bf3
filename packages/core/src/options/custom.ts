import type { OptionPlace } from './option-place.ts'
import type { OptionReader } from './option-reader.ts'

/**
 * A reader of one's own, for what a parser reads already. It is given `undefined` where the option is left out. Whatever it
 * throws is told with the option's name: a ConfigurationError as it is, anything else as `ERR_OPTION_INVALID` with it as the
 * cause; so a parser that quotes its input, as `JSON.parse` does, must not be left to throw where that is a secret.
 */
export function custom<Value>(read: (value: unknown, at: OptionPlace) => Value): OptionReader<Value> {
  return read
}
