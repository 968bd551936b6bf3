import { UnavailableError } from '@ashlar/core'
import { clock, readOptions, wholeNumber } from '@ashlar/core/options'
import type { Clock } from '@ashlar/core/time'

import type { Revocation, RevocationStore } from './revocation.ts'

export interface MemoryRevocationsOptions {
  /** When so many are in force at once, further ones are refused: to forget one would make good what it has ended. Default 1 000 000. */
  readonly maxRemembered?: number
  readonly clock?: Clock
}

interface Entry {
  readonly position: number
  readonly revocation: Revocation
}

/** What is over is looked for when so many are held, and then each time that they have doubled. */
const FIRST_SWEEP = 1024

/**
 * Revocations within one process.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`
 * @example
 * const revoked = revocations({ store: memoryRevocations() })
 */
export function memoryRevocations(options: MemoryRevocationsOptions = {}): RevocationStore {
  const { maxRemembered, clock: time } = readOptions('memoryRevocations()', options, {
    maxRemembered: wholeNumber({ min: 1, max: 10_000_000, fallback: 1_000_000 }),
    clock,
  })
  let entries: Entry[] = []
  let position = 0
  let sweepAt = FIRST_SWEEP
  const watchers = new Set<() => void>()

  function makeRoom(): void {
    if (entries.length < Math.min(sweepAt, maxRemembered)) return
    const now = time.now()
    entries = entries.filter(({ revocation }) => revocation.until > now)
    sweepAt = Math.max(FIRST_SWEEP, 2 * entries.length)
    if (entries.length >= maxRemembered) throw new UnavailableError('Too many revocations are in force at once.')
  }

  return {
    async add(revocation) {
      makeRoom()
      entries.push({ position: ++position, revocation: Object.freeze({ ...revocation }) })
      for (const changed of watchers) changed()
    },
    async since(cursor) {
      const now = time.now()
      const fresh = entries.slice(firstAfter(entries, cursor === undefined ? 0 : Number(cursor)))
      const revocations = fresh.map(({ revocation }) => revocation).filter(({ until }) => until > now)
      return { revocations, cursor: String(position) }
    },
    watch(changed) {
      watchers.add(changed)
      return () => {
        watchers.delete(changed)
      }
    },
  }
}

/** The index of the first entry after a position, by halves, since they stand in order. */
function firstAfter(entries: readonly Entry[], position: number): number {
  let [low, high] = [0, entries.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (entries[middle]!.position > position) high = middle
    else low = middle + 1
  }
  return low
}
