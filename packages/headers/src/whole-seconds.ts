import { type DurationBounds, duration, type OptionReader } from '@ashlar/core/options'

/** A duration for a header that counts whole seconds. @returns a reader that answers seconds */
export function wholeSeconds(bounds: DurationBounds): OptionReader<number> {
  const read = duration(bounds)
  return (value, at) => {
    const ms = read(value, at)
    if (ms % 1000 === 0) return ms / 1000
    throw at.invalid("of whole seconds, such as '60s', since the header counts no less")
  }
}
