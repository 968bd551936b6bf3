import { isPlain, kindOf } from './kind-of.ts'
import { type OptionReader, readAt } from './option-reader.ts'

export interface RecordRules {
  /** Default 1: an empty record is a decision, so the table says 0 where it means something. */
  readonly min?: number
  /** Default 10 000. */
  readonly max?: number
  /** What every name must match. Default: anything but an empty text. */
  readonly names?: RegExp
  /** `names` in words: `'a role such as editor'`. */
  readonly says?: string
}

/**
 * An object with names of the app's own choice, whose values are all read by one reader.
 * @returns a reader that answers a frozen copy without a prototype, so that a name such as `constructor` finds nothing
 */
export function recordOf<Value>(
  reader: OptionReader<Value>,
  { min = 1, max = 10_000, names = /./s, says = 'a name' }: RecordRules = {},
): OptionReader<Readonly<Record<string, Value>>> {
  const expression = new RegExp(names.source, names.flags.replace(/[gy]/g, ''))
  return (value, at) => {
    if (value === undefined) throw at.missing('It is an object.')
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !isPlain(value)) {
      throw at.invalid('an object', value)
    }
    const given = Reflect.ownKeys(value)
    if (!(given.length >= min && given.length <= max)) {
      throw at.invalid(`an object with at least ${min} and at most ${max} entries, not ${given.length}`)
    }
    const record = Object.create(null) as Record<string, Value>
    for (const name of given) {
      if (typeof name !== 'string') throw at.invalid(`an object with names, not ${kindOf(name)}`)
      const place = at.in(name)
      if (name === '__proto__' || !expression.test(name)) throw place.invalid(`under ${says}`)
      record[name] = readAt(place, () => {
        const entry = (value as Readonly<Record<string, unknown>>)[name]
        if (entry === undefined) throw place.invalid(`given, not ${kindOf(entry)}`)
        return reader(entry, place)
      })
    }
    return Object.freeze(record)
  }
}
