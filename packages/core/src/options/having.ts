import { kindOf } from './kind-of.ts'
import type { OptionReader } from './option-reader.ts'

/**
 * An object with these methods, of whatever make: a store, a logger, a client.
 * @param methods the names of what is called on it
 * @param hint what makes one: `'memoryApiKeys()'`
 */
export function having<Value extends object>(
  methods: readonly (keyof Value & string)[],
  hint?: string,
): OptionReader<Value> {
  const such = hint ? `, such as ${hint}` : ''
  return (value, at) => {
    if (value === undefined) throw at.missing(hint && `Give it ${hint}.`)
    const holder =
      typeof value === 'object' || typeof value === 'function' ? (value as Readonly<Record<string, unknown>>) : null
    const lacking = methods.filter((method) => typeof holder?.[method] !== 'function')
    // A list has methods as well, among them find().
    if (holder !== null && lacking.length === 0 && !Array.isArray(value)) return value as Value
    const says = `an object with ${methods.map((method) => `${method}()`).join(', ')}${such}`
    const kind = kindOf(value)
    const without = kind.startsWith('an object') ? ` without ${lacking.map((method) => `${method}()`).join(', ')}` : ''
    throw at.invalid(`${says}, not ${kind}${without}`, undefined, kind === 'a promise' ? 'Await it first.' : undefined)
  }
}
