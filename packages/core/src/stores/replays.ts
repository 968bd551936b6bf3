import { UnavailableError } from '../errors.ts'
import { clock as clockOption } from '../options/clock-option.ts'
import { wholeNumber } from '../options/number-option.ts'
import { readOptions } from '../options/read-options.ts'
import type { Awaitable } from '../time/awaitable.ts'
import type { Clock } from '../time/clock.ts'
import { expiringMap } from '../time/expiring-map.ts'

/** Remembers what may be used once. */
export interface ReplayStore {
  /**
   * Claims a name until a time (milliseconds since the Unix epoch), in one step.
   * @returns `false` when it is claimed already, and when that time is over: then nothing would remember it
   * @throws UnavailableError where it can't be remembered
   */
  claim(name: string, until: number): Awaitable<boolean>
}

export interface MemoryReplaysOptions {
  /** When so many are claimed at once, further ones are refused with 503: to forget one would let it be used twice. Default 1 000 000. */
  readonly maxRemembered?: number
  readonly clock?: Clock
}

/**
 * What may be used once within this process.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`
 */
export function memoryReplays(options: MemoryReplaysOptions = {}): ReplayStore {
  const { maxRemembered: max, clock } = readOptions('memoryReplays()', options, {
    maxRemembered: wholeNumber({ min: 1, max: 1e7, fallback: 1_000_000 }),
    clock: clockOption,
  })
  const claimed = expiringMap<string, true>({ max, clock, whenFull: 'refuse' })
  return Object.freeze<ReplayStore>({
    claim(name, until) {
      if (!(clock.now() < until) || claimed.get(name)) return false
      if (claimed.set(name, true, until)) return true
      throw new UnavailableError('Too many things that may be used once are remembered.')
    },
  })
}
