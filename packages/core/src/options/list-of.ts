import { kindOf } from './kind-of.ts'
import { type OptionReader, readAt } from './option-reader.ts'

export interface ListRules {
  /** Default 1: an empty list is a decision, so the table says 0 where it means something. */
  readonly min?: number
  /** Default 10 000. */
  readonly max?: number
  /** Whether the same value twice is refused. Default `false`. */
  readonly unique?: boolean
}

/** A list whose entries are all read by one reader. @returns a reader that answers a frozen copy */
export function listOf<Value>(
  reader: OptionReader<Value>,
  { min = 1, max = 10_000, unique = false }: ListRules = {},
): OptionReader<readonly Value[]> {
  return (value, at) => {
    if (value === undefined) throw at.missing('It is a list.')
    if (!Array.isArray(value)) {
      throw at.invalid('a list', value, typeof value === 'string' ? 'Put it in brackets: […].' : undefined)
    }
    const { length } = value
    if (!(length >= min && length <= max)) {
      const most = max === 10_000 && length < min ? '' : `, and at most ${max}`
      throw at.invalid(`a list of at least ${min} entr${min === 1 ? 'y' : 'ies'}${most}, not of ${length}`)
    }
    const entries: Value[] = []
    const seen = new Set<unknown>()
    for (let index = 0; index < length; index++) {
      const place = at.in(index)
      entries.push(
        readAt(place, () => {
          const entry: unknown = value[index]
          if (entry === undefined) throw place.invalid(`given, not ${kindOf(entry)}`)
          const read = reader(entry, place)
          if (unique && seen.has(read)) throw place.invalid('different from the entries before it')
          seen.add(read)
          return read
        }),
      )
    }
    return Object.freeze(entries)
  }
}
