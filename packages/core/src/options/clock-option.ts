import { type Clock, systemClock } from '../time/clock.ts'
import { kindOf } from './kind-of.ts'
import type { OptionReader } from './option-reader.ts'

/** Where time comes from; the system's clock where it is left out. It is asked once, to see that it answers a number. */
export const clock: OptionReader<Clock> = (value, at) => {
  if (value === undefined) return systemClock
  const says = 'a clock: an object whose now() answers milliseconds since the Unix epoch'
  const { now } = ((typeof value === 'object' || typeof value === 'function') && value ? value : {}) as Partial<Clock>
  if (typeof now !== 'function') throw at.invalid(says, value)
  const time: unknown = now.call(value)
  if (typeof time !== 'number' || !Number.isFinite(time)) throw at.invalid(`${says}; it answers ${kindOf(time)}`)
  return value as Clock
}
