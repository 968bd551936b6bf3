import { listOf, type OptionReader } from '@ashlar/core/options'

/** One value, or a list of them that is not empty. @returns a reader that answers a list */
export function oneOrMore<Value>(reader: OptionReader<Value>): OptionReader<readonly Value[]> {
  const list = listOf(reader)
  return (value, at) => (Array.isArray(value) ? list(value, at) : Object.freeze([reader(value, at)]))
}
