import type { OptionReader } from './option-reader.ts'

/** A function. What it answers and throws is for the caller to contain: see `contain`. */
export function callback<Fn extends (...values: never[]) => unknown>(): OptionReader<Fn> {
  return (value, at) => {
    if (value === undefined) throw at.missing('It is a function.')
    if (typeof value === 'function') return value as unknown as Fn
    throw at.invalid('a function', value)
  }
}
