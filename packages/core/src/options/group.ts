import type { OptionReader } from './option-reader.ts'
import { type OptionHints, type OptionValues, readTable } from './read-options.ts'

/**
 * Options within an option, by a table of their own. Left out, it is read as one without options: each has its fallback,
 * or is missed by its name. Write `optional(group(…))` where leaving it out means something else.
 * @example
 * automatic: optional(group({ within: duration(), refusals: wholeNumber({ min: 1 }) } satisfies OptionTable<Automatic>))
 */
export function group<const Table extends Readonly<Record<string, OptionReader<unknown>>>>(
  table: Table,
  names: OptionHints = {},
): OptionReader<OptionValues<Table>> {
  return (value, at) => readTable(at, value, table, names)
}
