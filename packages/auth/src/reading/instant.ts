import type { OptionReader } from '@ashlar/core/options'

/** 1973, and year 5138: before and after them the number is in seconds, or in microseconds. */
const [EARLIEST, LATEST] = [1e11, 1e14]

/**
 * A time in milliseconds since the Unix epoch, rounded up to a whole number, since not every store takes another. JWTs and
 * other formats have seconds, which are refused with the number that was meant.
 */
export const instant: OptionReader<number> = (value, at) => {
  const says = 'a time in milliseconds since the Unix epoch'
  if (value === undefined) throw at.missing(`It is ${says}.`)
  if (typeof value === 'number' && value >= EARLIEST && value <= LATEST) return Math.ceil(value)
  if (typeof value === 'number' && value >= 1e8 && value < EARLIEST) {
    throw at.invalid(says, value, `That is in seconds: write ${value * 1000}.`)
  }
  const isDate = value instanceof Date || (typeof value === 'string' && /^\d{4}-\d\d/.test(value))
  throw at.invalid(says, value, isDate ? 'Write Date.parse(…) or date.getTime().' : undefined)
}
