import { type Awaitable, UnavailableError } from '@ashlar/core'
import { type Clock, systemClock } from '@ashlar/core/time'

/** Remembers what may be used once. */
export interface ReplayStore {
  /** Claims a name until a time (milliseconds since the Unix epoch), in one step. `false` when it is claimed already. */
  claim(name: string, until: number): Awaitable<boolean>
}

export interface MemoryReplaysOptions {
  /** When so many are claimed at once, further ones are refused with 503. Default 1 000 000. */
  readonly maxEntries?: number
  readonly clock?: Clock
}

/** What may be used once within this process. */
export function memoryReplays({ maxEntries = 1_000_000, clock = systemClock }: MemoryReplaysOptions = {}): ReplayStore {
  const claimed = new Map<string, number>()
  let sweepAt = 1024
  return {
    claim(name, until) {
      const now = clock.now()
      if ((claimed.get(name) ?? 0) > now) return false
      if (claimed.size >= sweepAt || claimed.size >= maxEntries) {
        for (const [key, end] of claimed) if (end <= now) claimed.delete(key)
        sweepAt = Math.max(1024, 2 * claimed.size)
      }
      // To forget one would let it be used twice.
      if (claimed.size >= maxEntries)
        throw new UnavailableError('Too many things that may be used once are remembered.')
      claimed.set(name, until)
      return true
    },
  }
}
