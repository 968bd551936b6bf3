import { ConfigurationError } from '../errors.ts'
import { isPlain, kindOf } from './kind-of.ts'
import { nearestName } from './nearest-name.ts'
import { OptionPlace } from './option-place.ts'
import { type OptionReader, readAt } from './option-reader.ts'

/** A reader for each option of `Options`. `{ … } satisfies OptionTable<Options>` makes sure of a table that stands alone. */
export type OptionTable<Options extends object> = { readonly [Name in keyof Required<Options>]: OptionReader<unknown> }

/** What the readers of a table answer. */
export type OptionValues<Table> = {
  readonly [Name in keyof Table]: Table[Name] extends OptionReader<infer Value> ? Value : never
}

/** What a table knows beside its readers. */
export interface OptionHints {
  /** What to say of names that other libraries use: `{ windowMs: "Write policy: fixedWindow({ window: '1m', … })." }`. */
  readonly hints?: Readonly<Record<string, string>>
}

/**
 * Reads the options of a function by a table with a reader for each. The compiler refuses a table that lacks an option or
 * has one too many. Only own properties count, and each is read exactly once.
 * @param where for messages: `'rateLimit()'`
 * @param options the app's object; left out, it is one without options
 * @returns the frozen values, as the readers answer them
 * @throws ConfigurationError `ERR_OPTION_INVALID`, `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`, `ERR_OPTION_UNSAFE`
 * @example
 * const { limit, window } = readOptions('fixedWindow()', options, {
 *   limit: wholeNumber({ min: 1 }),
 *   window: duration({ min: '100ms', max: '365d' }),
 * })
 */
export function readOptions<Options extends object, const Table extends OptionTable<Options>>(
  where: string,
  options: Options | undefined,
  table: Table & { readonly [Name in Exclude<keyof Table, keyof Options>]: never },
  names: OptionHints = {},
): OptionValues<Table> {
  return readTable(new OptionPlace(where), options, table as Table, names)
}

/** Reads an object of options at any place, the whole or a group. */
export function readTable<Table extends Readonly<Record<string, OptionReader<unknown>>>>(
  at: OptionPlace,
  options: unknown,
  table: Table,
  { hints = {} }: OptionHints,
): OptionValues<Table> {
  const given = options === undefined ? {} : optionsObject(at, options, table)
  for (const name of readAt(at, () => Reflect.ownKeys(given))) {
    if (typeof name === 'string' && !Object.hasOwn(table, name))
      throw unknownOption(at, name, Object.keys(table), hints)
  }
  const values = Object.entries(table).map(([name, reader]) => {
    const place = at.in(name)
    return [name, readAt(place, () => reader(Object.hasOwn(given, name) ? given[name] : undefined, place))] as const
  })
  return Object.freeze(Object.fromEntries(values)) as OptionValues<Table>
}

/** An object as `{}` makes it. A guard, a list or an instance in its place would be read as one without options. */
function optionsObject(at: OptionPlace, options: unknown, table: object): Readonly<Record<string, unknown>> {
  const plain = readAt(
    at,
    () =>
      typeof options === 'object' &&
      options !== null &&
      !Array.isArray(options) &&
      isPlain(options) &&
      (Object.hasOwn(table, 'check') || kindOf(options) !== 'a guard'),
  )
  if (!plain) throw at.invalid('an object with options', options)
  return options as Readonly<Record<string, unknown>>
}

function unknownOption(
  at: OptionPlace,
  name: string,
  known: readonly string[],
  hints: Readonly<Record<string, string>>,
): ConfigurationError {
  const { where } = at
  const { option } = at.in(name)
  const nearest = nearestName(name.slice(0, 64), known)
  const elsewhere = Object.hasOwn(hints, name) ? hints[name] : undefined
  const hint =
    elsewhere ??
    (nearest ? `Did you mean "${nearest}"?` : known.length === 0 ? 'It takes none.' : `Known are: ${known.join(', ')}.`)
  const shown = option.includes('"') ? option : `"${option}"`
  return new ConfigurationError('ERR_OPTION_UNKNOWN', `${where}: there is no option ${shown}. ${hint}`, {
    where,
    option,
  })
}
