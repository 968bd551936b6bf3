import type { OptionReader } from './option-reader.ts'

/** `true` or `false`; nothing that is only taken for one. @param fallback the value where it is left out; without, required */
export function flag(fallback?: boolean): OptionReader<boolean> {
  return (value, at) => {
    if (value === undefined) {
      if (fallback === undefined) throw at.missing('It is true or false.')
      return fallback
    }
    if (typeof value === 'boolean') return value
    const written = value === 'true' || value === 'false'
    throw at.invalid('true or false', value, written ? `Write ${value}, without quotation marks.` : undefined)
  }
}
