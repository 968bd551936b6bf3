import type { OptionReader } from '@ashlar/core/options'

/** The table that reads these values. */
export type OptionReaders<Values> = { readonly [Name in keyof Values]: OptionReader<Values[Name]> }
