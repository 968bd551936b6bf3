import { quoted } from './kind-of.ts'
import { nearestName } from './nearest-name.ts'
import type { OptionReader } from './option-reader.ts'

export type Choice = string | number | boolean

export interface ChoiceRules<Value extends Choice> {
  /** The value where the option is left out. Without it the option is required. */
  readonly fallback?: Value
  /** Values that exist elsewhere and protect nothing, each with why: `{ none: 'accepts tokens that nobody signed' }`. */
  readonly unsafe?: Readonly<Record<string, string>>
}

/** One of a few known values. */
export function oneOf<const Value extends Choice>(
  values: readonly Value[],
  { fallback, unsafe = {} }: ChoiceRules<NoInfer<Value>> = {},
): OptionReader<Value> {
  const says = `one of ${values.map(written).join(', ')}`
  const names = values.filter((value) => typeof value === 'string')
  return (value, at) => {
    if (value === undefined) {
      if (fallback === undefined) throw at.missing(`It is ${says}.`)
      return fallback
    }
    const known = values.find((candidate) => candidate === value)
    if (known !== undefined) return known
    if (typeof value === 'string' && Object.hasOwn(unsafe, value)) throw at.unsafe(`${quoted(value)} ${unsafe[value]}`)
    const nearest = typeof value === 'string' ? nearestName(value.slice(0, 64), names) : undefined
    const hint = nearest === undefined ? undefined : `Did you mean ${written(nearest)}?`
    throw at.invalid(`${says}, not ${quoted(value)}`, undefined, hint)
  }
}

function written(value: Choice): string {
  return typeof value === 'string' ? `'${value}'` : String(value)
}
