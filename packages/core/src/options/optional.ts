import type { OptionReader } from './option-reader.ts'

/** `undefined` where the option is left out; otherwise as the reader says. */
export function optional<Value>(reader: OptionReader<Value>): OptionReader<Value | undefined> {
  return (value, at) => (value === undefined ? undefined : reader(value, at))
}

/** What `make` makes, once for each time that the option is left out; otherwise as the reader says. */
export function orElse<Value, Default = Value>(
  reader: OptionReader<Value>,
  make: () => Default,
): OptionReader<Value | Default> {
  return (value, at) => (value === undefined ? make() : reader(value, at))
}

/** `false` for what is switched off by that word; otherwise as the reader says. */
export function orFalse<Value>(reader: OptionReader<Value>): OptionReader<Value | false> {
  return (value, at) => (value === false ? false : reader(value, at))
}
