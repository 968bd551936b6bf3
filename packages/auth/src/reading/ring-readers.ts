import { type KeyRing, type KeyRingEntry, keyRing } from '@ashlar/core/keys'
import { clock, type OptionReader } from '@ashlar/core/options'
import { type Clock, systemClock } from '@ashlar/core/time'

/** Readers of a clock, and of a ring of keys by that clock: the clock comes first in the table. */
export function ringReaders(where: string): {
  readonly clock: OptionReader<Clock>
  readonly keyRing: OptionReader<KeyRing>
} {
  let time = systemClock
  return {
    clock(value, at) {
      time = clock(value, at)
      return time
    },
    keyRing: (value, { option }) => keyRing(value as readonly KeyRingEntry[] | KeyRing, { where, option, clock: time }),
  }
}
