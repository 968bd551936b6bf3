import type { OptionReader } from '@ashlar/core/options'
import { isThenable } from '@ashlar/core/time'

/** An object with names of the app's own, of whatever class; no list, and nothing that must be awaited first. */
export const anObject: OptionReader<object> = (value, at) => {
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && !isThenable(value)) return value
  throw at.invalid('an object', value)
}
